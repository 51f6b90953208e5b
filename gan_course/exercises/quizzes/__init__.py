"""The quizzes, a file per lesson; each calls its quiz `QUIZ`."""

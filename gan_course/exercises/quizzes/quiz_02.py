"""Quiz of lesson 02: the best discriminator, what losses tell and do not tell, and the article's formulas."""

from gan_course.exercises.quiz import Option, Question, Quiz

QUIZ = Quiz(
    "lesson_02",
    [
        Question(
            "At some place the density of real data is 0.2 and that of fakes is 0.6. What does the best discriminator "
            "answer there?",
            [
                Option(
                    "0, since fakes are in the majority",
                    False,
                    "An answer of 0 costs infinitely much for the real samples that turn up there too, one in four.",
                ),
                Option(
                    "1/4",
                    True,
                    "p / (p + q) = 0.2 / 0.8: the share of real samples among all that turn up there.",
                ),
                Option(
                    "1/3",
                    False,
                    "This is the ratio p / q. The answer is a probability, p / (p + q).",
                ),
                Option(
                    "3/4",
                    False,
                    "This is the share of fakes. The discriminator answers with the probability of being real.",
                ),
            ],
        ),
        Question(
            "For an hour the loss of the discriminator has been 2 ln 2 = 1.386 and that of the (non-saturating) "
            "generator ln 2. What may be the case?",
            [
                Option(
                    "The fakes are perfect and the discriminator is the best one.",
                    True,
                    "Then p = q, so the best answer is ½ everywhere, and these are its losses.",
                ),
                Option(
                    "The discriminator answers ½ to everything, and the fakes may be anything.",
                    True,
                    "A dead discriminator has the same losses: they are necessary for perfect fakes, not sufficient.",
                ),
                Option(
                    "The fakes are hopeless and the discriminator is the best one.",
                    False,
                    "The best discriminator would recognize them, and its loss would be near 0.",
                ),
            ],
        ),
        Question(
            "Early in a training D(G(z)) is 0.01. Which sentence is right?",
            [
                Option(
                    "The discriminator is in trouble: its gradient is tiny, so it cannot learn what it should.",
                    False,
                    "Its gradient is small because it has little left to learn. What lacks a push, with everything "
                    "still to learn, is the generator.",
                ),
                Option(
                    "With the minimax loss the generator's gradient explodes, because its derivative by D is -100.",
                    False,
                    "It is -1/D, the non-saturating loss, that has -100 with respect to D, and on the way through the "
                    "sigmoid it becomes -0.99. Nothing explodes.",
                ),
                Option(
                    "With the minimax loss the push on the logit is 0.01, with the non-saturating one it is 0.99.",
                    True,
                    "It is D for the one and 1 - D for the other, in the same direction.",
                ),
                Option(
                    "The two losses push the logit in opposite directions.",
                    False,
                    "Both push it up. They differ in how hard.",
                ),
            ],
        ),
        Question(
            "Real samples and fakes do not overlap. The fakes come nearer, from a distance of 4 to one of 2, still "
            "without overlap. What changes?",
            [
                Option(
                    "the Jensen-Shannon divergence: it falls to half",
                    False,
                    "It is ln 2 for any densities that do not overlap, near or far.",
                ),
                Option(
                    "the Wasserstein-1 distance: it falls to half",
                    True,
                    "The same mass has half of the way to go.",
                ),
                Option(
                    "the loss of the best discriminator: it rises",
                    False,
                    "It is 2 ln 2 - 2 JSD, and JSD stays ln 2: the best discriminator is right everywhere, at a loss "
                    "of 0, in both cases.",
                ),
            ],
        ),
        Question(
            "Which statements about the article's formulas, E[D(x, G(z))] for style and E[D(x, G(z))²] for content, "
            "are right?",
            [
                Option(
                    "If both networks minimize them, the discriminator answers 0 to everything and all is over.",
                    True,
                    "It needs no picture for that, and then the generator has no gradient left.",
                ),
                Option(
                    "For a single pair, the content loss pulls in a direction of its own.",
                    False,
                    "Its gradient is 2D times that of the style loss: the same direction, the cosine is 1.",
                ),
                Option(
                    "With D(x, y) = σ(C(x) - C(y)), and a discriminator that maximizes, the first one is a sound loss.",
                    True,
                    "This is the relativistic reading: minimizing it raises the score of fakes above the real ones'.",
                ),
                Option(
                    "With f(x, y), a distance of features of the photo x and of its painting y, E[f²] is a content "
                    "loss.",
                    True,
                    "It is 0 where the features agree and grows as they move apart: feature matching.",
                ),
            ],
        ),
    ],
)

"""Quiz of lesson 10: what a Gram matrix misses, shares, honest patches, equal content, what a term is worth."""

from gan_course.exercises.quiz import Option, Question, Quiz

QUIZ = Quiz(
    "lesson_10",
    [
        Question(
            "A painting and a picture have exactly the same Gram matrices in some layer. What follows?",
            [
                Option(
                    "Their features have the same second moments in this layer.",
                    True,
                    "That is what a Gram matrix is. Distributions with the same second moments can still differ in "
                    "everything else.",
                ),
                Option(
                    "A discriminator cannot tell their patches apart.",
                    False,
                    "It chooses for itself what to compare. The phase-scrambled painting of this lesson has the same "
                    "second moments of pixels, and a small network tells it from the real one.",
                ),
                Option(
                    "They show the same things in the same places.",
                    False,
                    "Positions have been summed out; lesson 07 shows that.",
                ),
                Option(
                    "In every layer above it they have the same Gram matrices, too.",
                    False,
                    "A layer above combines and bends neighboring features, so it sees more than their second moments.",
                ),
            ],
        ),
        Question(
            "The adversarial weight is 2 and the content weight 0.8. Which term steers the stylizer more?",
            [
                Option(
                    "The adversarial one, two and a half times as much.", False, "That would hold for equal slopes."
                ),
                Option(
                    "That cannot be said from the weights.",
                    True,
                    "What counts is the gradient of each weighted term at the stylizer's output, its share. It depends "
                    "on the losses' scales, and it changes while both networks learn.",
                ),
                Option(
                    "The content one, because its loss is smaller.",
                    False,
                    "The size of a loss says nothing about its slope, and the adversarial one has no zero at all.",
                ),
            ],
        ),
        Question(
            "Your discriminator tells painted crops from real ones in nearly every case, after a few steps. The real "
            "crops come straight from JPEG files. What do you suspect first?",
            [
                Option(
                    "It has found something that is not paint, such as JPEG blocks or sharpness.",
                    True,
                    "Treat both kinds alike, then look again. A control with real crops on both sides must come out at "
                    "chance.",
                ),
                Option(
                    "It has understood the style very quickly.",
                    False,
                    "That is what one would like to believe. Test it with crops that differ in nothing but the file.",
                ),
                Option(
                    "The stylizer should get a higher learning rate.",
                    False,
                    "It would then learn to paint JPEG blocks faster.",
                ),
            ],
        ),
        Question(
            "Training A gives paintings nearer to van Gogh than training B. A's are also farther from their photos. "
            "Which statements are true?",
            [
                Option(
                    "A may have painted more strongly, and nothing else.",
                    True,
                    "With a higher style weight B might be as near, at the same distance from the photo.",
                ),
                Option(
                    "Train both at several strengths and compare them where the content distance is the same.",
                    True,
                    "That is what the ablation does, pair by pair.",
                ),
                Option(
                    "A is better, because style is the aim.",
                    False,
                    "A stylizer that forgets the photo and always paints the same van Gogh would be nearest of all.",
                ),
                Option(
                    "One seed is enough if there are fourteen photos.",
                    False,
                    "Fourteen photos tell about photos. How much trainings differ by luck, only several seeds tell.",
                ),
            ],
        ),
        Question(
            "In the relativistic reading, D(x, y) = σ(C(x) - C(y)), what happens when 5 is added to all scores C?",
            [
                Option("Nothing: only differences count.", True, "Both losses are functions of C(x) - C(y)."),
                Option(
                    "The discriminator takes everything for real.",
                    False,
                    "That holds for scores that are judged one at a time. Here each is judged against its partner.",
                ),
                Option(
                    "The gradient of the stylizer gets larger.",
                    False,
                    "A constant added to both cancels before anything is bent.",
                ),
            ],
        ),
    ],
)

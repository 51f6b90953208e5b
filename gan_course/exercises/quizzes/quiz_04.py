"""Quiz of lesson 04: what curves tell, what a save needs, averages, labels, walks and copies."""

from gan_course.exercises.quiz import Option, Question, Quiz

QUIZ = Quiz(
    "lesson_04",
    [
        Question(
            "After 2,000 steps both losses are where they were after 500. What follows?",
            [
                Option(
                    "The training has converged; more steps change nothing.",
                    False,
                    "Each loss is measured against the other network, and both change. Level losses are the rule, "
                    "while the images go on improving.",
                ),
                Option(
                    "The game goes on; how good the images are has to be judged by images and distances.",
                    True,
                    "In this lesson's log the losses stayed in a band while the distance fell to a fraction.",
                ),
                Option(
                    "The generator's learning rate is too low.",
                    False,
                    "Level losses say nothing about that: with any rate that works they look much the same.",
                ),
            ],
        ),
        Question(
            "You want to go on tomorrow exactly where you stop today. What has to be saved?",
            [
                Option("the weights of both networks", True, "Without the discriminator the game would begin anew."),
                Option(
                    "the state of both optimizers",
                    True,
                    "Adam remembers means of gradients. Without them the next steps are others, without any warning.",
                ),
                Option(
                    "the number of the step, from which batches and noise follow",
                    True,
                    "With (seed, step) the coming steps draw what they would have drawn.",
                ),
                Option(
                    "all images that were generated so far",
                    False,
                    "They can be made again, from the same noise and the saved weights, and training never reads them.",
                ),
            ],
        ),
        Question(
            "The moving average has a momentum of 0.99. Which sentences are right?",
            [
                Option(
                    "It looks back over about 100 steps.",
                    True,
                    "1 / (1 - 0.99) = 100: the last 100 steps have 63% of the weight.",
                ),
                Option(
                    "The discriminator trains against the average.",
                    False,
                    "It trains against the generator as it is. The average only makes images, beside the game.",
                ),
                Option(
                    "With a momentum of 0.9999 from the first step on, it would be far behind after 1,000 steps.",
                    True,
                    "It would look back over 10,000 steps, so most of it would still be the untrained beginning. "
                    "That is why `GAN` begins with a smaller one.",
                ),
                Option(
                    "It needs a second training.",
                    False,
                    "It follows the one training, at next to no cost.",
                ),
            ],
        ),
        Question(
            "In a class-conditional GAN only the generator is told the label; the discriminator sees images alone. "
            "What happens?",
            [
                Option(
                    "The generator ignores the label.",
                    True,
                    "A real-looking boot fools this discriminator whatever was asked for: nothing rewards obedience.",
                ),
                Option(
                    "It works as before, because the generator has the information.",
                    False,
                    "Having it is not enough: the generator learns what the discriminator pays for.",
                ),
                Option(
                    "The generator makes no real-looking images anymore.",
                    False,
                    "It plays the ordinary game, with a few useless numbers more beside its noise.",
                ),
            ],
        ),
        Question(
            "Somebody shows that no generated image lies within a distance of 1 of any training image, pixel by pixel. "
            "Is the generator proved not to copy?",
            [
                Option(
                    "Yes, copies would have distance 0.",
                    False,
                    "Only exact ones. A copy that is shifted by one pixel, or a little brighter, is far away.",
                ),
                Option(
                    "No: shifted or slightly changed copies are far away in pixels.",
                    True,
                    "In this lesson a shift by one pixel was about as far as an honest new image.",
                ),
                Option(
                    "One should compare with how far test images are from the training images.",
                    True,
                    "A distance means something beside others; real images that were not trained on are the reference.",
                ),
            ],
        ),
    ],
)

"""Quiz of lesson 05: two numbers, causes, penalties, seeds and augmentation."""

from gan_course.exercises.quiz import Option, Question, Quiz

QUIZ = Quiz(
    "lesson_05",
    [
        Question(
            "A paper reports that 99% of its generated points lie on a mode of the data. What do you ask?",
            [
                Option(
                    "How many of the modes are reached?",
                    True,
                    "A generator that makes one mode only can have a quality of 100%.",
                ),
                Option(
                    "How many seeds were tried, and how did the others end?",
                    True,
                    "The runs of one setting may differ more than two settings do.",
                ),
                Option(
                    "How near are the points to the training data, compared with new data?",
                    True,
                    "Copies are on modes, too.",
                ),
                Option(
                    "How low did the generator's loss become?",
                    False,
                    "It is measured with the discriminator of that moment as its ruler; it says nothing about samples.",
                ),
            ],
        ),
        Question(
            "All generated points sit in one clump, which wanders from place to place. The discriminator's learning "
            "rate is a tenth of the generator's. What do you try first?",
            [
                Option(
                    "A lower learning rate for the discriminator, so that it does not win.",
                    False,
                    "It is late as it is: the clump leaves before it is noticed. This makes it later.",
                ),
                Option(
                    "More moves or a higher rate for the discriminator.",
                    True,
                    "That removes the cause: a place where all points go is then punished at once.",
                ),
                Option(
                    "A larger batch of generated points.",
                    False,
                    "Each point still follows the same slope to the same place.",
                ),
            ],
        ),
        Question(
            "Why does the Dirac-GAN come to rest with R1, but not with WGAN-GP?",
            [
                Option(
                    "R1 makes the generator slower.",
                    False,
                    "It appears in the discriminator's loss alone.",
                ),
                Option(
                    "At the goal the right slope of the discriminator is 0. R1 leads there, WGAN-GP leads to 1.",
                    True,
                    "A discriminator that is steep at the data drives a generator away that has arrived.",
                ),
                Option(
                    "R1 uses points between real and fake.",
                    False,
                    "It uses real points only; WGAN-GP uses the points between.",
                ),
            ],
        ),
        Question(
            "Which of these spoil a gradient penalty?",
            [
                Option(
                    "The gradient is taken with respect to the discriminator's weights.",
                    True,
                    "The penalty is about how the score changes when the image changes.",
                ),
                Option(
                    "Places between real and fake are drawn with a normal number instead of a uniform one.",
                    True,
                    "Two in three are then not between them.",
                ),
                Option(
                    "There is batch normalization in the critic.",
                    True,
                    "Then a score depends on the other images of the batch, and its own slope is not all there is.",
                ),
                Option(
                    "LeakyReLU has a kink.",
                    False,
                    "Its slope is defined everywhere but at one point, and the penalty's derivative is right.",
                ),
            ],
        ),
        Question(
            "You have 500 photos. How do you augment in the training of a GAN?",
            [
                Option(
                    "Only the real photos, as in a classifier's training.",
                    False,
                    "Then the changed photos are the data, and the generator learns to make those.",
                ),
                Option(
                    "Real and generated images, each time the discriminator sees them, by changes that gradients pass.",
                    True,
                    "The changes tell nothing about real or fake, and the generator learns through them.",
                ),
                Option(
                    "Only the generated images, so that the task is harder.",
                    False,
                    "The discriminator would learn to recognize the changes, and the generator to undo them.",
                ),
            ],
        ),
    ],
)

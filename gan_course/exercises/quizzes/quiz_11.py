"""Quiz of lesson 11: frozen statistics, halos, blends of networks, what augmentation adds, leaks."""

from gan_course.exercises.quiz import Option, Question, Quiz

QUIZ = Quiz(
    "lesson_11",
    [
        Question(
            "A photo is painted in tiles. Every tile has a wide halo of its surroundings, and still each has a color "
            "of its own. What is missing?",
            [
                Option(
                    "Means and variances taken once, from the whole picture.",
                    True,
                    "Instance normalization takes them from whatever it is given. A tile of sky has others than a tile "
                    "of forest, and a halo of some pixels hardly changes that.",
                ),
                Option(
                    "A wider halo.",
                    False,
                    "A halo mends what convolutions see beyond the edge. Only a halo as large as the photo would mend "
                    "the statistics.",
                ),
                Option(
                    "Smaller tiles.",
                    False,
                    "The smaller a tile, the more its statistics differ from those of the whole.",
                ),
            ],
        ),
        Question(
            "With frozen statistics, how wide must the halo of a tile be?",
            [
                Option(
                    "As far as one painted pixel sees.",
                    True,
                    "Then every pixel that is kept was painted from the same neighbors as in one piece. That is the "
                    "radius of the receptive field.",
                ),
                Option(
                    "As wide as the tile.",
                    False,
                    "That is more than needed for large tiles, and it costs nine times the work.",
                ),
                Option(
                    "None: the statistics are the same everywhere.",
                    False,
                    "The convolutions still look beyond the edge of the tile, and find a mirror image there instead of "
                    "the photo.",
                ),
            ],
        ),
        Question(
            "Two stylizers with the same layers are blended, each weight the mean of both. The paintings come out dim "
            "and gray. What is the likely reason?",
            [
                Option(
                    "They were trained from different random weights, so their filters are in different orders.",
                    True,
                    "Filter 7 of one has nothing to do with filter 7 of the other. The shipped stylizers go together "
                    "because each was trained on from the same network.",
                ),
                Option(
                    "The two styles are too different.",
                    False,
                    "The wave's blue rings and van Gogh's yellow fields have little in common, and the blend of this "
                    "lesson works.",
                ),
                Option(
                    "A mean of weights always paints the mean of both paintings.",
                    False,
                    "A network is not linear in its weights. The blend of this lesson is not the mean of both "
                    "paintings either.",
                ),
            ],
        ),
        Question(
            "You have 20 labeled images of each class and a generator that was trained on exactly these. Which "
            "statements are true?",
            [
                Option(
                    "Its samples contain no information about the classes that the 20 images do not contain.",
                    True,
                    "What it can add is a prior of its own: what changes leave an image plausible. Whether that helps "
                    "has to be measured.",
                ),
                Option(
                    "A generator that was trained with thousands of labels would be a fair comparison.",
                    False,
                    "It brings the labels along. That arm is an upper bound and has to be named as one.",
                ),
                Option(
                    "It has to beat the real images alone, and the real images shifted and mirrored.",
                    True,
                    "Both need no generator at all. Whichever of them is better is the reference.",
                ),
            ],
        ),
        Question(
            "A classifier trained on photos and their paintings is tested on other paintings, by the same stylizer, of "
            "photos that are partly in the training. It scores 95%. What do you know?",
            [
                Option(
                    "Little: the test knows both the style and some of the photos.",
                    True,
                    "Split the photos first, then augment the training part alone, and test with styles that were not "
                    "in the training.",
                ),
                Option(
                    "That it recognizes paintings of animals and monuments in any style.",
                    False,
                    "It has met one style. That it holds for others is what a test with unseen styles would show.",
                ),
                Option(
                    "That stylizing is a good augmentation.",
                    False,
                    "For that it must be compared with the same training without it, on a clean test, over repeated "
                    "splits.",
                ),
            ],
        ),
    ],
)

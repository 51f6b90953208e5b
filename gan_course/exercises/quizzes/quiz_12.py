"""Quiz of lesson 12: what a cycle proves, noise in the paint, contrast, where speed comes from, an estimate."""

from gan_course.exercises.quiz import Option, Question, Quiz

QUIZ = Quiz(
    "lesson_12",
    [
        Question(
            "The cycle loss of a trained pair is almost 0. Which statements follow?",
            [
                Option(
                    "The photo can be recovered from what was painted, by this way back.",
                    True,
                    "That is what the loss measures, and all that it measures.",
                ),
                Option(
                    "The painting shows what the photo shows.",
                    False,
                    "A pair that mirrors the photo and mirrors it back has a cycle loss of 0, and so has one that "
                    "makes a negative.",
                ),
                Option(
                    "The painting looks painted.",
                    False,
                    "Two networks that change nothing have a cycle loss of 0. How a painting looks is the "
                    "discriminator's business.",
                ),
                Option(
                    "What was painted still determines the photo, down to the details that came back.",
                    True,
                    "They must be in the painting in some form, visible or not.",
                ),
            ],
        ),
        Question(
            "Noise of ±2 levels is added to a painting before it goes back. Without noise the photo came back well, "
            "with it badly. What do you conclude?",
            [
                Option(
                    "A part of the photo was written into differences as small as the noise.",
                    True,
                    "What an eye can see is hardly touched by two levels of 255; the message was.",
                ),
                Option(
                    "The way back is a bad network.",
                    False,
                    "It reads what the way there wrote for it. That is why the control paints with a network that "
                    "never knew it.",
                ),
                Option(
                    "The painting was damaged so much that nothing could be read from it.",
                    False,
                    "Two levels of 255 are less than what saving as JPEG does.",
                ),
            ],
        ),
        Question(
            "CUT has no way back. What keeps the motif?",
            [
                Option(
                    "Each place of the painting must resemble the same place of the photo more than other places of "
                    "it, in the features of the generator's first half.",
                    True,
                    "That is its contrastive loss: a choice among patches, with the place itself as the right answer.",
                ),
                Option(
                    "The painting must equal the photo, pixel by pixel.",
                    False,
                    "Then nothing could be painted at all.",
                ),
                Option("The discriminator.", False, "It has never seen which photo a painting was made of."),
            ],
        ),
        Question(
            "Style transfer with a GAN takes a fraction of a second a picture, an optimization takes minutes. Why?",
            [
                Option(
                    "Because the picture is one pass through a network that was trained before.",
                    True,
                    "Trained with Gram matrices alone the same network is as fast.",
                ),
                Option(
                    "Because the adversarial loss is cheaper than Gram matrices.",
                    False,
                    "Losses are for training. When a picture is painted, none is computed.",
                ),
                Option(
                    "Because a discriminator is smaller than VGG16.",
                    False,
                    "Neither of the two takes part when a picture is painted.",
                ),
            ],
        ),
        Question(
            "An estimate says: 6 CPU hours at 5 to 20 watts a core. How should the energy be reported?",
            [
                Option(
                    "30 to 120 watt hours, with the assumption about watts beside it.",
                    True,
                    "The range is the result. Who knows better what a core takes can put in their own number.",
                ),
                Option(
                    "75 watt hours.",
                    False,
                    "The middle of a guess looks like a measurement.",
                ),
                Option(
                    "It cannot be reported without a meter at the socket.",
                    False,
                    "A meter would be better. An estimate whose assumption is stated is still good for comparing runs "
                    "and for orders of magnitude.",
                ),
            ],
        ),
    ],
)

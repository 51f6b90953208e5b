"""Quiz of lesson 09: what is trained, normalization, grids and frames, sizes in pixels, what AdaIN exchanges."""

from gan_course.exercises.quiz import Option, Question, Quiz

QUIZ = Quiz(
    "lesson_09",
    [
        Question(
            "A stylizer is trained with the losses of lesson 08. What changes from step to step, and what stays?",
            [
                Option(
                    "The weights of the stylizer change; VGG16 stays, and no photo is changed.",
                    True,
                    "VGG16 measures. The gradient passes through it to the painting, and on into the stylizer.",
                ),
                Option(
                    "The pixels of the photos change.",
                    False,
                    "That was lesson 08. Here a photo comes in, is painted and judged, and the next one comes.",
                ),
                Option(
                    "The weights of VGG16 change as well, so that both networks learn.",
                    False,
                    "A measure that learns to be pleased measures nothing. In a GAN the judge does learn, but against "
                    "the painter.",
                ),
            ],
        ),
        Question(
            "You trained with batch normalization on batches of two. Now you paint one photo. What can happen?",
            [
                Option(
                    "It is painted with means that were averaged over the training, so it need not look like the "
                    "paintings during training.",
                    True,
                    "In training each batch was normalized by itself. With `training=False` the layer uses its moving "
                    "averages, and this network has never been judged on what comes out then.",
                ),
                Option(
                    "A pale photo gives a pale painting.",
                    True,
                    "Its contrast is no longer divided out, because mean and variance come from other photos.",
                ),
                Option(
                    "With `training=True` everything is as it should be.",
                    False,
                    "Then the painting depends on which other photos are in the batch, and each call changes the "
                    "moving averages.",
                ),
                Option(
                    "Nothing: for one photo, batch and instance normalization are the same.",
                    False,
                    "Only with `training=True` and a batch of one. A finished network is called with `training=False`.",
                ),
            ],
        ),
        Question(
            "An even sky comes out with a pattern that repeats every two pixels. Where do you look first?",
            [
                Option(
                    "At the layers that enlarge.",
                    True,
                    "A transposed convolution makes neighboring outputs with different entries of its kernel. Repeat, "
                    "smooth and convolve does not.",
                ),
                Option("At the padding.", False, "Padding shows along the edge of the picture, not all over it."),
                Option(
                    "At instance normalization.",
                    False,
                    "It treats all positions of a map alike, so it cannot draw a pattern.",
                ),
            ],
        ),
        Question(
            "A stylizer paints a photo of 512 pixels well. At 4,000 pixels it is hardly painted. What is true?",
            [
                Option(
                    "Strokes have a width in pixels, so they are small beside the things in a large photo.",
                    True,
                    "The kernels and the Gram matrices it was trained with see a fixed number of pixels.",
                ),
                Option(
                    "The network has too few weights for so many pixels.",
                    False,
                    "The same kernels slide over any number of pixels. No layer has weights for each position.",
                ),
                Option(
                    "A remedy is to paint at 1,000 pixels and enlarge the result, if large strokes are wanted.",
                    True,
                    "Then the strokes grow with the things. What is lost is detail; lesson 11 has other ways.",
                ),
            ],
        ),
        Question(
            "What does AdaIN take from a painting?",
            [
                Option(
                    "For each channel of one layer, a mean and a standard deviation.",
                    True,
                    "That is all: with 256 channels, 512 numbers. A Gram matrix has 32,896 different ones.",
                ),
                Option(
                    "The Gram matrix of one layer.",
                    False,
                    "Two channels that fire together in the painting need not do so afterwards: AdaIN treats each "
                    "channel by itself.",
                ),
                Option(
                    "Weights that were trained for this painting.",
                    False,
                    "Nothing is trained for it. This is why one network does for every painting.",
                ),
            ],
        ),
    ],
)

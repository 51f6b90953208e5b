"""Quiz of lesson 03: sizes, grids, what runs and is wrong, who is trained, what `training` does."""

from gan_course.exercises.quiz import Option, Question, Quiz

QUIZ = Quiz(
    "lesson_03",
    [
        Question(
            "A generator begins with maps of 7 × 7 and has two transposed convolutions with kernel 4, stride 2 and "
            'padding "same". How large are its images?',
            [
                Option("14 × 14", False, "This is the size after the first of the two; the second doubles it again."),
                Option("28 × 28", True, 'With "same" each layer multiplies the size by its stride: 7, 14, 28.'),
                Option(
                    "34 × 34",
                    False,
                    'This is what padding "valid" gives: (7 - 1) · 2 + 4 = 16, then (16 - 1) · 2 + 4 = 34. "same" '
                    "cuts the ends.",
                ),
                Option("56 × 56", False, "That would take three doublings: 14, 28, 56."),
            ],
        ),
        Question(
            "An untrained transposed convolution has kernel 4 and stride 2. An even map goes in. What is true of what "
            "comes out, away from the border?",
            [
                Option(
                    "Every output is reached by the same number of stamps.",
                    True,
                    "The kernel size is a multiple of the stride, so along each axis every output gets two stamps.",
                ),
                Option(
                    "The map is even: four neighbors have the same value.",
                    False,
                    "Four neighbors are made by different entries of the kernel, and random entries do not agree.",
                ),
                Option(
                    "Averaged over many filters, four neighbors are equally loud.",
                    True,
                    "Each is a sum of equally many weights, so their mean squares agree. With kernel 3 they do not.",
                ),
                Option(
                    "There is no grid, whatever the weights are.",
                    False,
                    "There was a grid in the figure. Resize and convolve has none, because its outputs share weights.",
                ),
            ],
        ),
        Question(
            "Somebody makes the article's last Reshape possible by giving the last convolution 12 filters: 32 · 32 · "
            "12 = 64 · 64 · 3. What is wrong with that?",
            [
                Option(
                    "Keras raises an error, because 12 channels are no colors.",
                    False,
                    "The number of values fits, so Reshape runs without complaint. That is what makes it dangerous.",
                ),
                Option(
                    "The image has too few numbers for 64 × 64 pixels.",
                    False,
                    "It has exactly enough: 12,288.",
                ),
                Option(
                    "Numbers that lie side by side in the map end up in the wrong places of the image.",
                    True,
                    "Reshape follows the order in memory. `depth_to_space` puts each block of 12 where it belongs.",
                ),
                Option(
                    "The images leave [-1, 1].",
                    False,
                    "That depends on the last activation. Reshape changes no number, only its place.",
                ),
            ],
        ),
        Question(
            "In Keras 3 you compile a discriminator, set `discriminator.trainable = False` and build the GAN around "
            "it. Only then do you call `discriminator.train_on_batch`, a thousand times. What happens?",
            [
                Option(
                    "It learns, because it was compiled while its weights were trainable.",
                    False,
                    "That was so in older versions, and many tutorials rely on it. Keras 3 looks at the first call.",
                ),
                Option(
                    "Nothing is trained; there is one warning, and losses come back as if all were well.",
                    True,
                    "The weights stay as they are. The losses change because each batch is another one.",
                ),
                Option(
                    "Keras raises an error at the first call.",
                    False,
                    "It warns, once. Among other lines of a long training that is easily missed.",
                ),
                Option(
                    "The generator is trained in its place.",
                    False,
                    "The generator has no part in `discriminator.train_on_batch`.",
                ),
            ],
        ),
        Question(
            "In your own training step a generator with batch normalization is called as `generator(noise)`, without "
            "`training`. What follows?",
            [
                Option(
                    "The moving mean and variance never leave their first values.",
                    True,
                    "Outside of Keras' own methods, leaving it out means `training=False`, and only `training=True` "
                    "updates them.",
                ),
                Option(
                    "Keras raises an error, because it cannot know which is meant.",
                    False,
                    "It takes `training=False` and says nothing.",
                ),
                Option(
                    "The layer uses the mean of the current batch.",
                    False,
                    "It uses the moving mean, which is still 0, so nothing is normalized.",
                ),
                Option(
                    "The generator's weights are not trained.",
                    False,
                    "They are: `training` says how layers behave, the list of variables says what is trained.",
                ),
            ],
        ),
    ],
)

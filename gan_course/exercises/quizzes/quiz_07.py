"""Quiz of lesson 07: feeding VGG16, what Gram matrices forget, moments and kernels, layers, the article's losses."""

from gan_course.exercises.quiz import Option, Question, Quiz

QUIZ = Quiz(
    "lesson_07",
    [
        Question(
            "A style transfer runs without an error, but VGG16 gets RGB in [0, 1]. What happens?",
            [
                Option("Keras raises an error about the range.", False, "A network takes any numbers."),
                Option(
                    "Nothing bad: photo and painting are treated alike.",
                    False,
                    "Treated alike, but measured with features that the network never learned. They hardly depend on "
                    "the picture's contrast.",
                ),
                Option(
                    "The features are those of a nearly even picture: they come out wrong, and nobody notices.",
                    True,
                    "Numbers between 0 and 1 look like next to no signal to a network that learned on 0 to 255 minus "
                    "the mean.",
                ),
                Option(
                    "The picture turns out too blue.",
                    False,
                    "The order of the channels alone would not do that either: the picture keeps its own colors.",
                ),
            ],
        ),
        Question(
            "Which of these leave the Gram matrix of a feature map exactly as it is?",
            [
                Option("Permuting its positions", True, "A sum does not depend on the order of its terms."),
                Option(
                    "Laying four copies of it side by side",
                    True,
                    "Four times the sum, divided by four times the number of positions.",
                ),
                Option("Permuting its channels", False, "Rows and columns of the matrix change places with them."),
                Option(
                    "Shuffling patches of the picture",
                    False,
                    "New edges appear between the patches, and the deeper the layer, the more of its field they fill.",
                ),
            ],
        ),
        Question(
            "The squared distance of two Gram matrices is a biased MMD² with the kernel (xᵀy)². What is KID's kernel, "
            "and what follows?",
            [
                Option(
                    "The cubic one, (xᵀy/c + 1)³: KID also sees means and third moments.",
                    True,
                    "The 1 brings in the lower moments, the third power the third ones. KID leaves out the pairs of "
                    "a vector with itself.",
                ),
                Option(
                    "The same one, so KID of positions is the style loss.", False, "KID's has a third power, and the 1."
                ),
                Option(
                    "A Gaussian one, so KID sees every difference.",
                    False,
                    "It is a polynomial. It sees moments up to the third, and two sets that share these look the same.",
                ),
            ],
        ),
        Question(
            "You rebuild a photo from the features of block4_conv1. What do you expect?",
            [
                Option("The photo, pixel by pixel.", False, "That is what block1_conv2 gives, nearly."),
                Option(
                    "The things of the photo in their places, with colors and fine detail partly lost.",
                    True,
                    "The layer still says what is where. It no longer says which exact pixels made it.",
                ),
                Option(
                    "The photo's texture, in other places.", False, "That needs a Gram matrix, which forgets where."
                ),
                Option(
                    "Noise: deep layers keep only the class.",
                    False,
                    "Block 4 still has a map with positions, and the class comes much later.",
                ),
            ],
        ),
        Question(
            "Someone takes E[D] of an untrained discriminator for the style loss. How can you show that it measures "
            "nothing?",
            [
                Option(
                    "Its value is not 0 for the painting itself.",
                    False,
                    "Nor is that of a trained one. What counts is whether the number tells pictures apart.",
                ),
                Option(
                    "It hardly differs between the painting, another painting and a photo.",
                    True,
                    "A number that is the same for everything cannot say what something looks like.",
                ),
                Option(
                    "It changes when the picture is mirrored.",
                    False,
                    "The Gram matrix changes then, too, a little. Compare with what other pictures get.",
                ),
                Option("It is below 1.", False, "So is that of every discriminator, trained or not."),
            ],
        ),
    ],
)

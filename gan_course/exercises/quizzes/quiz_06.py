"""Quiz of lesson 06: names of distances, numbers of images, precision and recall, copies, what fools what."""

from gan_course.exercises.quiz import Option, Question, Quiz

QUIZ = Quiz(
    "lesson_06",
    [
        Question(
            "A paper reports an FID of 4.5 on Fashion-MNIST. Your generator has a Fréchet distance of 4.0 in the "
            "course's features. What follows?",
            [
                Option("Yours is better, by half a point.", False, "The two numbers were measured in other features."),
                Option("Yours is better, if both used 2,000 images.", False, "Features matter as well as numbers."),
                Option(
                    "Nothing: the features are different, so the numbers have different scales.",
                    True,
                    "Compare with distances in the same features, from as many images, processed in the same way.",
                ),
                Option(
                    "An error must have been made, because 4.0 is too low.",
                    False,
                    "4.0 is neither low nor high by itself. In the course's features real images have about 0.3.",
                ),
            ],
        ),
        Question(
            "Generator A has a Fréchet distance of 3.0, measured with 500 images. B has 2.5, with 5,000. Which is "
            "better?",
            [
                Option("A", False, "It may be, but these numbers do not say so."),
                Option("B", False, "Part of A's distance comes from having fewer images."),
                Option(
                    "That cannot be said: the distance is too large by about c/N. Measure both with the same number.",
                    True,
                    "Or extrapolate both to 1/N = 0. Two sets of real images showed how much few images cost.",
                ),
                Option(
                    "With KID in place of the Fréchet distance, different numbers of images would be no problem.",
                    True,
                    "Its mean does not depend on the number of images. With 500 it varies more, so say by how much.",
                ),
            ],
        ),
        Question(
            "A generator has precision 0.88 and recall 0.10; real images have 0.88 and 0.89. What does "
            "it most likely do?",
            [
                Option(
                    "It makes blurred or broken images.",
                    False,
                    "Blurred images had 0.68 in this lesson. But noise in a huge ball had 1.00: look at the images as "
                    "well.",
                ),
                Option(
                    "It makes images of a few sorts, which lie where real ones do.",
                    True,
                    "What it makes lies among real images, and nine tenths of the real images are near nothing of it. "
                    "That is what mode collapse looks like.",
                ),
                Option(
                    "It copies its training images.",
                    False,
                    "A copier of the whole training set has the recall of real images. These numbers do not say "
                    "whether this one copies.",
                ),
                Option("It is nearly as good as real.", False, "In precision only. Most kinds of images are missing."),
            ],
        ),
        Question(
            "A generator's Fréchet distance to its 1,000 training images is 0.1. For 1,000 new real images it is 0.4. "
            "What do you think?",
            [
                Option("It is better than reality: publish.", False, "Nearer than new images should alarm you."),
                Option(
                    "It may be handing out training images. I look at nearest neighbors, with test images as the "
                    "scale.",
                    True,
                    "New images from the same source are on average no nearer to the training images than test images "
                    "are.",
                ),
                Option(
                    "If its distance to the test images is that of real images, it does not copy.",
                    False,
                    "The copier of 10,000 images had that, too. Only the neighbors gave it away.",
                ),
                Option("Both are within the noise, so nothing.", False, "A gap as wide as this is no accident."),
            ],
        ),
        Question(
            "Which of these fools the named measure?",
            [
                Option(
                    "The Fréchet distance: one Gaussian in place of the ring, with the same mean and covariance.",
                    True,
                    "The distance sees mean and covariance and nothing else.",
                ),
                Option(
                    "Recall: a generator that makes one perfect image, again and again.",
                    False,
                    "That fools precision. Recall is about 0.",
                ),
                Option(
                    "Precision: noise that lies in the huge ball of one odd real image.",
                    True,
                    "So nearly all of the uniform noise counted as precise.",
                ),
                Option(
                    "KID: measuring with only 300 images instead of 3,000.",
                    False,
                    "That fools the Fréchet distance. KID varies more with few images and stays right on average.",
                ),
            ],
        ),
    ],
)

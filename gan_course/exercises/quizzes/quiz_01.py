"""Quiz of lesson 01: samples, the density ratio, what a discriminator sees, and the game f(x, y) = xy."""

from gan_course.exercises.quiz import Option, Question, Quiz

QUIZ = Quiz(
    "lesson_01",
    [
        Question(
            "A generator has been trained and its weights are fixed. You call it twice and get two different points. "
            "Where does the difference come from?",
            [
                Option(
                    "from the generator, which makes a random choice at every call",
                    False,
                    "A generator is a function: the same z gives the same point, whenever you ask.",
                ),
                Option(
                    "from the noise z, which was drawn anew",
                    True,
                    "All chance comes from z. That is why a seed for z is enough to get the same points again.",
                ),
                Option(
                    "from the training data, of which it picks another point",
                    False,
                    "The training data are not there anymore. The generator has its weights and z, nothing else.",
                ),
            ],
        ),
        Question(
            "At some place the density of real points is p = 0.1 and that of fakes is q = 0.4. Which statements "
            "hold for the best discriminator there?",
            [
                Option(
                    "It gives the probability 0.2 of being real.",
                    True,
                    "p / (p + q) = 0.1 / 0.5 = 0.2: of five points that fall there, one is real.",
                ),
                Option(
                    "It gives the probability 0.25 of being real.",
                    False,
                    "0.25 is p / q. The probability is p / (p + q).",
                ),
                Option(
                    "Its logit is below 0.",
                    True,
                    "The logit is log(p / q) = log 0.25 = -1.39. It is below 0 wherever fakes are more frequent.",
                ),
                Option(
                    "The generator's loss pushes fakes away from there, to where p / q is larger.",
                    True,
                    "The generator moves its fakes to where the logit, and so p / q, is higher.",
                ),
            ],
        ),
        Question(
            "Two linear generators x = zA + b were trained with the same data and a quadratic discriminator. Their b "
            "and their AᵀA agree, but their A are quite different. What do you conclude?",
            [
                Option(
                    "At least one of them has not learned the distribution.",
                    False,
                    "Mean and covariance are all there is to a Gaussian, and both agree.",
                ),
                Option(
                    "Both were trained for too few steps: A would agree in the end.",
                    False,
                    "Nothing pulls at that difference: A and RA, with R a rotation, make the same cloud of points.",
                ),
                Option(
                    "Both make the same distribution.",
                    True,
                    "Noise that is rotated is the same noise, so A is determined only up to a rotation; AᵀA is what "
                    "one can compare.",
                ),
            ],
        ),
        Question(
            "A discriminator has been trained for a long time, and its loss has settled at 1.386 = 2 log 2. What does "
            "that tell you?",
            [
                Option(
                    "It does no better than one that guesses.",
                    True,
                    "2 log 2 is the loss of saying ½ to everything.",
                ),
                Option(
                    "The fakes have the density of the real points.",
                    False,
                    "That is one possible reason. The linear discriminator had this loss when all fakes lay in "
                    "the empty middle of the ring.",
                ),
                Option(
                    "The fakes may be good, or this discriminator may be unable to see what is wrong with them.",
                    True,
                    "Both give the same number. A more able discriminator, or a look at the points, tells them apart.",
                ),
                Option(
                    "The generator is still learning fast.",
                    False,
                    "A discriminator that says ½ everywhere has no slope, so it does not push the generator anywhere.",
                ),
            ],
        ),
        Question(
            "The game f(x, y) = xy is played with simultaneous updates from (1, 1), this time with a step of 0.01. "
            "What happens to the distance from (0, 0)?",
            [
                Option(
                    "It shrinks: with a step that is small enough, the players arrive.",
                    False,
                    "The squared distance is multiplied by 1 + η² in every round, which is above 1 for every step η.",
                ),
                Option(
                    "It stays between two bounds for ever.",
                    False,
                    "That holds for alternating updates, where x² + y² - ηxy does not change.",
                ),
                Option(
                    "It grows in every round, but slowly.",
                    True,
                    "The factor is √1.0001 = 1.00005 a round. A smaller step makes the spiral slower, not stop.",
                ),
            ],
        ),
    ],
)

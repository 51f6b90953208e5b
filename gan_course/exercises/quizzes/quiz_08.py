"""Quiz of lesson 08: what moves, which weights mean something, layers, the cost of a picture, clipping."""

from gan_course.exercises.quiz import Option, Question, Quiz

QUIZ = Quiz(
    "lesson_08",
    [
        Question(
            "While one photo is repainted by optimization, what changes from step to step?",
            [
                Option("The weights of VGG16.", False, "They are fixed. VGG16 measures, and a ruler must not move."),
                Option("The pixels of the picture.", True, "They are the parameters, and nothing else is."),
                Option(
                    "The Gram matrices that the style loss aims at.",
                    False,
                    "They come from the painting, which stays as it is. They are computed once.",
                ),
                Option(
                    "The weights of a generator that paints.",
                    False,
                    "There is none here; it comes in lesson 09. Whoever brings a second photo begins all over again.",
                ),
            ],
        ),
        Question(
            "You read in a forum: take a style weight of 1e-2 and a content weight of 1e4. What follows for you?",
            [
                Option(
                    "Content counts a million times as much as style.",
                    False,
                    "Not if the style loss comes out a million times as large before it is weighted.",
                ),
                Option(
                    "Nothing, until I know what each loss is divided by.",
                    True,
                    "The same picture has quite different losses with different normalizations. Copy weights only "
                    "together with the code of the losses.",
                ),
                Option(
                    "The picture will look like the photo.",
                    False,
                    "With the losses that these weights were chosen for, it is well painted.",
                ),
            ],
        ),
        Question(
            "Adam and L-BFGS get the same objective and the same start. Which statements are true?",
            [
                Option(
                    "L-BFGS uses the last gradients to guess the curvature, so its steps fit the valley.",
                    True,
                    "That is why it is far lower after the first hundred evaluations.",
                ),
                Option(
                    "L-BFGS works here because the objective has no noise: the same picture always has the same value.",
                    True,
                    "In a GAN every step sees another batch, and the other network moves too. Differences of gradients "
                    "then say little about curvature, so GANs are trained with Adam.",
                ),
                Option(
                    "A picture with a lower objective is always the better painting.",
                    False,
                    "It is better at what the objective measures. Coarse to fine changes the look more than the value.",
                ),
                Option(
                    "Adam cannot get as low.",
                    False,
                    "In the recorded runs it got lower in the end, with more than twice as many evaluations.",
                ),
            ],
        ),
        Question(
            "In a large photo all strokes come out tiny, and no large form of the painting appears. What helps?",
            [
                Option(
                    "Work coarse to fine.", True, "In a small version of the photo a stroke is large beside things."
                ),
                Option(
                    "Hand in the painting with more pixels.",
                    True,
                    "Layers see a fixed number of pixels. A larger painting has wider strokes, in pixels.",
                ),
                Option(
                    "Style from block 1 only.",
                    False,
                    "It sees a few pixels. That leaves palette and fine texture, and fewer forms than before.",
                ),
                Option("A higher total variation weight.", False, "That makes it smoother. It knows nothing of forms."),
            ],
        ),
        Question(
            "Your program paints a photo in half a minute, and 10,000 photos are to be painted. What costs so much?",
            [
                Option(
                    "Every photo is an optimization of its own: nothing is learned from the ones before.",
                    True,
                    "This is the complaint of the article. Lesson 09 pays once, for a training, and then little.",
                ),
                Option(
                    "Adam. With L-BFGS the cost disappears.",
                    False,
                    "It is smaller, and still takes dozens of passes through VGG16, forward and back.",
                ),
                Option(
                    "The Gram matrices of the painting.",
                    False,
                    "They are computed once per painting and could be kept.",
                ),
            ],
        ),
    ],
)

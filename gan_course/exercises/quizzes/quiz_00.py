"""Quiz of lesson 00: what the stylizer is, what it was trained by, and how to read its pictures and numbers."""

from gan_course.exercises.quiz import Option, Question, Quiz

QUIZ = Quiz(
    "lesson_00",
    [
        Question(
            "The photo of the castle was held out. Why is the painting of such a photo shown?",
            [
                Option(
                    "Of all photos, these are the ones that the stylizer paints best.",
                    False,
                    "They were set aside before the training, when nobody could know how they would turn out.",
                ),
                Option(
                    "It shows what the stylizer does with a photo it has never seen, as yours will be.",
                    True,
                    "What a network does with pictures it has seen says little about what it does with new ones.",
                ),
                Option(
                    "Held-out photos are larger and have more detail.",
                    False,
                    "Size has nothing to do with it: no network that we trained has seen them, that is all.",
                ),
            ],
        ),
        Question(
            "The stylizer's weights move so that a weighted sum of losses goes down. Which losses are in it?",
            [
                Option(
                    "how easily the discriminator sees through the stylizer",
                    True,
                    "This is the adversarial loss: it falls as the stylizer fools the discriminator.",
                ),
                Option(
                    "how often the discriminator mistakes a real van Gogh for a made one",
                    False,
                    "That is a matter of the discriminator's own loss, which moves the discriminator's weights.",
                ),
                Option(
                    "how different colors and textures are from van Gogh's, wherever they are",
                    True,
                    "This is the style loss: it asks which colors and textures occur together, not where.",
                ),
                Option(
                    "how far the painting has moved from the photo, place by place",
                    True,
                    "This is the content loss: it keeps the towers where they stood.",
                ),
                Option(
                    "how many objects VGG16 recognizes in the painting",
                    False,
                    "VGG16 names no objects here. The pictures are compared as it sees them, and it stays as it is.",
                ),
            ],
        ),
        Question(
            "You call `stylize(stylizer, photo, strength=0.5)`. What do you get?",
            [
                Option(
                    "the picture of a network that was trained with half of the style loss",
                    False,
                    "Strength needs no training. It acts after the network has painted.",
                ),
                Option(
                    "the painting in the photo's colors",
                    False,
                    "That is `keep_colors=True`: brightness from the painting, colors from the photo.",
                ),
                Option(
                    "a painting with half as many strokes",
                    False,
                    "All strokes are there, fainter: every pixel lies halfway between the photo and the painting.",
                ),
                Option(
                    "at every pixel, the mean of the photo and the painting",
                    True,
                    "`photo + 0.5 · (painting - photo)` is halfway between the two.",
                ),
            ],
        ),
        Question(
            "Someone tells you that the content distance between a photo and their painting of it is 0.4. What does "
            "that say?",
            [
                Option(
                    "The painting is good: the number is below 0.5.",
                    False,
                    "No line between good and bad lies at 0.5, and closeness to the photo is not all one wants: the "
                    "photo itself has distance 0 and is no painting.",
                ),
                Option(
                    "The painting is bad: the number should be 0.",
                    False,
                    "Only the photo itself has distance 0. A painting has to move away from it somewhat.",
                ),
                Option(
                    "Little, until you see what a blurred copy and an unrelated photo score.",
                    True,
                    "A number means something beside others: here the same photo has 0, and unrelated ones about 1.",
                ),
            ],
        ),
        Question(
            "The same photo is painted at a height of 96 pixels and at 384. Why does the subject suffer more at 96?",
            [
                Option(
                    "A stroke is as many pixels wide as before, so it covers more of the subject.",
                    True,
                    "The network learned strokes of a certain size in pixels. In a smaller picture they are coarser.",
                ),
                Option(
                    "The stylizer enlarges small pictures first.",
                    False,
                    "It does not: a picture goes in and one of the same size comes out.",
                ),
                Option(
                    "The photo has lost detail, and the painting has lost just as much.",
                    False,
                    "The photo has lost detail, but the painting has lost more: its strokes are too coarse as well.",
                ),
            ],
        ),
    ],
)

"""Questions of thought, one for each lesson, answered in words and graded by a person."""

# lesson -> the question, and what a good answer says
OWN_WORDS = {
    "lesson_00": (
        "The stylizer paints a photo that it has seen in training, and one that it has not. Why do we judge it by"
        " the second, and what could the first one hide?",
        "A network can learn its training pictures by heart. Only pictures it has not seen show what it does with"
        " the photos of its users. Full points need the reason, not the rule alone.",
    ),
    "lesson_01": (
        "The discriminator is frozen and the generator goes on alone. Where do its fakes end up, why is its loss "
        "content with that, and what in the alternating game keeps them apart?",
        "All fakes go to where the logit is highest: the loss is a mean over fakes of what one fake is worth, and no "
        "fake knows of the others. A discriminator that goes on learning gives low logits to a place with too "
        "many fakes, because the density ratio p / q is small there, and so drives them away.",
    ),
    "lesson_02": (
        "At the beginning of a training the discriminator is nearly sure of every fake. What does the generator "
        "feel with the minimax loss, what with the non-saturating one, and why, though both want the same?",
        "At D = 0.01 the push on the logit is 0.01 and 0.99. Both losses fall where D(fake) rises, so they agree "
        "on the direction for one fake, but the slope of log(1 - D) vanishes where D is near 0, that of -log D "
        "does not.",
    ),
    "lesson_03": (
        "Choose one of the faults that raise nothing. How would you notice it in a training of your own, without "
        "reading the code line by line?",
        "One fault, named; a sign that it leaves (the range of the outputs, a loss that does not move, weights "
        "that stay as they were, a warning, the names or number of the trained variables); a check of one or two "
        "lines.",
    ),
    "lesson_04": (
        "A friend shows you the two loss curves of a GAN and says that after 5,000 steps it is still getting "
        "better. What do you reply, and what do you ask to see?",
        "The losses are those of a game: each depends on the other player and neither falls with quality. Ask for"
        " images from the same fixed noise over the steps, a distance to data that were left out, with references"
        " beside it, and the nearest training images.",
    ),
    "lesson_05": (
        "A training gives sharp images, nearly all of the same kind. Name two possible causes, what you would "
        "look at to tell them apart, and what you would change first.",
        "Mode collapse: with an uneven game (rates, steps, a loss that saturates) or with few data that were "
        "memorized, for instance. Two numbers, variety and quality, and a comparison with data left out. First "
        "the cause, then a repair (R1, WGAN-GP, augmentation), tried with more than one seed.",
    ),
    "lesson_06": (
        "Two papers report Fréchet distances of 12 and 15 for the same kind of images. Name three reasons why the"
        " second generator may still be as good as the first.",
        "Three of: other features, other numbers of images (the bias is about c/N), other real images or another "
        "preparation of them, another seed, images copied from the training set, precision and recall mixed in "
        "one number.",
    ),
    "lesson_07": (
        "A Gram matrix has forgotten where things are. Say in words what it still knows, and name something that "
        "you would call style and that it cannot see.",
        "Second moments: how strongly each feature fires on average and which fire at the same place, at the "
        "scale of the layer's receptive field. Not seen: composition, anything larger than that field, order over"
        " the picture, moments above the second.",
    ),
    "lesson_08": (
        "You double the style weight and the result hardly changes. Give two explanations, and a number that "
        "decides between them.",
        "For instance: the style term is small against the others because of its normalization (share of each "
        "term in the gradient or in the objective); the optimization had already brought it down as far as it "
        "can, or has stopped early (its value over the iterations).",
    ),
    "lesson_09": (
        "Instance normalization, a doubling that smooths, mirrored edges: each of them keeps something out of a "
        "painting. Choose one, say which trace a stylizer leaves without it, and why the training loss did not warn.",
        "One of: the contrast of the photo and its neighbors in the batch; a grid of single pixels; a frame. The loss "
        "sees what it averages over: photos of usual contrast, Gram matrices that stripes please as well as strokes, "
        "few cells at the border. A picture of the lesson as evidence.",
    ),
    "lesson_10": (
        "Someone trains a stylizer with a discriminator and one without, and shows that the first has the smaller "
        "distance to the painter. Name two reasons why this does not yet show that the discriminator helped, and what "
        "you would compare instead.",
        "Two of: the first may have left the photo farther behind (compare at equal content distance); one seed, one "
        "photo (pairs and an interval); the distance was part of a loss, or sees one depth only (measures that no loss "
        "used); a leak that the discriminator found, files and not paint (the control, real against real).",
    ),
    "lesson_11": (
        "Generated or stylized pictures were added to a training set, and the classifier got better by two points. "
        "Which three questions do you ask before you believe it?",
        "Three of: how many splits and seeds, and how much do they vary; were the test pictures clean, and unseen by "
        "the generator or stylizer as well; what would as many real pictures, or plain augmentation, have given; "
        "was the share of added pictures chosen on the test pictures; which kinds got worse.",
    ),
    "lesson_12": (
        "A network turns photos into paintings, another one turns the paintings back, and the photos return nearly "
        "perfect. Why is that no proof of a good painting, and how do you find out?",
        "The way back can only know what is in the painting, so details are hidden in it, too faint to see. Add noise "
        "of one or two levels to the painting before the way back: what was hidden is lost, what was painted stays.",
    ),
}


def own_words(lesson):
    """The question of thought of a lesson.

    Args:
        lesson: "lesson_01" for instance.

    Returns:
        Pair of texts: the question, and what a good answer says.
    """
    return OWN_WORDS[lesson]

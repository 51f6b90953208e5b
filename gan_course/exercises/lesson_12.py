"""Exercises of lesson 12: the loss of a cycle, and the energy that some runs have taken."""

import numpy as np

from gan_course.exercises.engine import Mistake, exercise

# ---------------------------------------------------------------- the cycle


def cycle_cases(seed):
    """Photos and paintings of two sizes, what came back of them, and a weight."""
    rng = np.random.default_rng(seed)
    cases = []
    for weight in (10.0, 2.5):
        shapes = (2, 4, 5, 3), (2, 4, 5, 3), (3, 6, 4, 3), (3, 6, 4, 3)
        cases.append((*(rng.uniform(-1, 1, shape) for shape in shapes), weight))
    return cases


def _cycle(photos, photos_back, paintings, paintings_back, weight, distance=None, join=sum):
    """The two distances, joined and weighted, of which learners get one part wrong."""
    distance = distance or (lambda wanted, found: np.mean(np.abs(found - wanted)))
    return weight * join([distance(photos, photos_back), distance(paintings, paintings_back)])


def _one_direction(photos, photos_back, paintings, paintings_back, weight):
    return weight * np.mean(np.abs(photos_back - photos))


def _weight_on_photos_only(photos, photos_back, paintings, paintings_back, weight):
    return _one_direction(photos, photos_back, paintings, paintings_back, weight) + np.mean(
        np.abs(paintings_back - paintings)
    )


def _signs_cancel(wanted, found):
    return np.abs(np.mean(found - wanted))


def _sum_of_a_picture(wanted, found):
    return np.mean(np.sum(np.abs(found - wanted), axis=(1, 2, 3)))


@exercise(
    cases=cycle_cases,
    hints=[
        "Two distances of the same kind, one for the photos and one for the paintings. Then their sum, times the "
        "weight.",
        "A distance is the mean of absolute differences over all numbers: `np.mean(np.abs(photos_back - photos))`.",
    ],
    mistakes=[
        Mistake(
            lambda *arguments: _cycle(*arguments, distance=lambda wanted, found: np.mean((found - wanted) ** 2)),
            "You square the differences. CycleGAN takes their absolute values: squares hardly mind many small errors, "
            "and pictures come out blurred.",
        ),
        Mistake(
            _one_direction,
            "The photos are there. The paintings have to come back, too: there are two cycles, and two distances.",
        ),
        Mistake(
            lambda *arguments: _cycle(*arguments, join=np.mean),
            "You take the mean of the two cycles. The loss is their sum, times the weight.",
        ),
        Mistake(
            lambda *arguments: _cycle(*arguments[:-1], 1.0),
            "Both cycles are right, and the weight is not used.",
        ),
        Mistake(
            _weight_on_photos_only,
            "Only the photos' distance has the weight. Put the sum in parentheses: the weight belongs to both cycles.",
        ),
        Mistake(
            lambda *arguments: _cycle(*arguments, distance=lambda wanted, found: np.mean(found - wanted)),
            "There are no absolute values. A pixel that is too bright makes up for one that is too dark.",
        ),
        Mistake(
            lambda *arguments: _cycle(*arguments, distance=_signs_cancel),
            "You take the mean first and the absolute value then. A pixel that is too bright would make up for one "
            "that is too dark.",
        ),
        Mistake(
            lambda *arguments: _cycle(*arguments, distance=_sum_of_a_picture),
            "You add up over a picture. Take the mean over everything, so that the weight means the same for large "
            "pictures and for small ones.",
        ),
    ],
    remark="Pixels are in [-1, 1], so 0.1 stands for 13 of 255 levels.",
)
def cycle_loss(photos, photos_back, paintings, paintings_back, weight):
    """How far photos and paintings are from where they began, there and back.

    weight * (mean |photos_back - photos| + mean |paintings_back - paintings|)

    Args:
        photos: array (batch, height, width, 3) in [-1, 1].
        photos_back: array of the same shape, the photos painted and brought back.
        paintings: array (batch, height, width, 3) in [-1, 1], perhaps of another size.
        paintings_back: array of that shape, the paintings made photos and painted again.
        weight: number, the weight of the cycles.

    Returns:
        A number.
    """
    of_photos = np.mean(np.abs(photos_back - photos))
    of_paintings = np.mean(np.abs(paintings_back - paintings))
    return weight * (of_photos + of_paintings)


# ---------------------------------------------------------------- energy


def energy_cases(seed):
    """Minutes of several runs, some without a record, and one or several assumptions about watts."""
    rng = np.random.default_rng(seed)
    minutes = [float(value) for value in rng.uniform(1, 300, 4)]
    return [
        ([60.0], [10.0]),
        (minutes, [5.0, 10.0, 20.0]),
        ([minutes[0], None, minutes[1], None], [7.5, 15.0]),
    ]


def _watt_hours(minutes, watts, factor=1 / 60, total=sum):
    """The estimate, of which learners get one part wrong."""
    return factor * total([one for one in minutes if one is not None]) * np.asarray(watts)


@exercise(
    cases=energy_cases,
    hints=[
        "Energy is power times time. One watt for one hour is a watt hour, so minutes have to become hours.",
        "Leave the runs without a record out: `[one for one in minutes if one is not None]`. Their sum, divided by 60, "
        "times `np.asarray(watts)`.",
    ],
    mistakes=[
        Mistake(
            lambda minutes, watts: _watt_hours(minutes, watts, factor=1),
            "Your result is in watts times minutes. An hour has 60 of them.",
        ),
        Mistake(
            lambda minutes, watts: _watt_hours(minutes, watts, factor=1 / 3600),
            "Your hours are too short by a factor of 60: the times are in minutes, not in seconds.",
        ),
        Mistake(
            lambda minutes, watts: _watt_hours(minutes, watts, factor=60),
            "Your result is in joules: watts times seconds. A watt hour is 3,600 of them.",
        ),
        Mistake(
            lambda minutes, watts: _watt_hours(minutes, watts, factor=1 / 60_000),
            "Your result is in kilowatt hours. Watt hours are 1,000 times as many.",
        ),
        Mistake(
            lambda minutes, watts: _watt_hours(minutes, watts, total=np.mean),
            "You take the mean of the runs. All of them had to be paid: add them up.",
        ),
        Mistake(
            lambda minutes, watts: _watt_hours(minutes, [np.mean(watts)] * len(watts)),
            "You have joined the assumptions about watts. Keep one result for each, from the lowest to the highest: "
            "the range is what makes the estimate honest.",
        ),
    ],
    remark="It leaves out memory, screen and fans, and the power that a computer takes while it waits.",
)
def watt_hours(minutes, watts):
    """Energy that some runs have taken, in watt hours, once for each assumption about watts.

    Args:
        minutes: list of CPU minutes, one entry for each run; None where a run left no record. Such
            runs are left out.
        watts: list of assumptions: how many watts one busy core takes.

    Returns:
        Array of as many numbers as there are assumptions.
    """
    hours = sum(one for one in minutes if one is not None) / 60
    return hours * np.asarray(watts)

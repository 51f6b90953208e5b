"""What the exercises of lesson 05 say to answers that are right in another way, or wrong in one that is not listed."""

import numpy as np
import pytest
import tensorflow as tf

from gan_course import losses, networks, toy
from gan_course.exercises import lesson_05


def test_the_package_s_functions_are_right_answers():
    package = {
        lesson_05.r1_penalty: losses.r1_penalty,
        lesson_05.gradient_penalty: losses.gradient_penalty,
        lesson_05.hinge_losses: lambda real, fake: (
            losses.hinge_discriminator_loss(real, fake),
            losses.hinge_generator_loss(fake),
        ),
        lesson_05.one_power_iteration: lambda kernel, u: networks.power_iteration(kernel, u)[1],
        lesson_05.mode_coverage: lambda points, centers, deviation: toy.ring_coverage(points),
    }
    for item, function in package.items():
        answer = lambda *arguments, function=function: function(*arguments)  # noqa: E731
        learner = eval(f"lambda {', '.join(item.parameters)}: answer({', '.join(item.parameters)})", {"answer": answer})
        result = item.examine(learner)
        assert result.outcome == "correct", result.text


def test_one_number_for_all_pairs_and_a_fixed_middle_are_told_from_uniform_places():
    def penalty_at(share):
        def gradient_penalty(discriminator, real_points, fake_points, seed):
            points = tf.convert_to_tensor(real_points + share(seed) * (fake_points - real_points))
            with tf.GradientTape() as tape:
                tape.watch(points)
                score = tf.reduce_sum(discriminator(points, training=False))
            lengths = tf.norm(tape.gradient(score, points), axis=1)
            return tf.reduce_mean((lengths - 1) ** 2)

        return gradient_penalty

    for share in (lambda seed: 0.5, lambda seed: tf.random.stateless_uniform((1, 1), seed)):
        result = lesson_05.gradient_penalty.examine(penalty_at(share))
        assert result.failed == "wanted: every pair has one place of its own", result.text


@pytest.mark.parametrize("seed", range(5))
def test_the_cases_of_the_ring_have_modes_just_below_and_just_above_the_line(seed):
    for points, centers, deviation in lesson_05.ring_cases(seed):
        distances = np.linalg.norm(points[:, None] - centers, axis=-1)
        counts = (distances <= 5 * deviation).sum(axis=0)
        enough = 20 * len(points) / 2500
        assert enough in counts and enough - 1 in counts

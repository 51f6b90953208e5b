"""A step of training without networks: it keeps no pictures, only what was computed from what.

The functions below the class are the properties of a right order, for judges: every order that has them is right.
"""


class MockNetworks:
    """Generator and discriminator that note in which order they are used, and what goes wrong by it.

    Each network has a version that rises with its update. A fake remembers the version of the generator that made it; a
    score remembers its fake and the version of the discriminator that gave it; a gradient remembers both versions. What
    remembers an old version is stale.

    The first problem of each kind is kept in `problems`: "missing", "gradient", "stale score", "stale fake" and
    "stale gradient", each with a sentence.
    """

    def __init__(self):
        self.calls, self.problems, self.made = [], {}, {}
        self.versions = {"generator": 0, "discriminator": 0}

    def __repr__(self):
        return f"<networks; calls so far: {', '.join(self.calls) or 'none'}>"

    def draw_noise(self):
        """Draws new latent noise."""
        self._call("draw_noise")

    def generate(self):
        """Makes fakes from the last noise, with the generator as it is now."""
        self._call("generate", needs=["draw_noise"], sees=["generator"])

    def score_real(self):
        """Scores real pictures, with the discriminator as it is now."""
        self._call("score_real", sees=["discriminator"])

    def score_fake(self):
        """Scores the last fakes, with the discriminator as it is now."""
        self._call("score_fake", needs=["generate"], sees=["discriminator"])

    def discriminator_gradient(self):
        """Computes the gradient of the discriminator's loss, from the scores of real pictures and of fakes."""
        self._gradient("discriminator", ["score_real", "score_fake"])

    def generator_gradient(self):
        """Computes the gradient of the generator's loss, from the scores of fakes."""
        self._gradient("generator", ["score_fake"])

    def update_discriminator(self):
        """Moves the discriminator's weights along its gradient."""
        self._update("discriminator", "generator")

    def update_generator(self):
        """Moves the generator's weights along its gradient."""
        self._update("generator", "discriminator")

    def _note(self, kind, sentence):
        self.problems.setdefault(kind, sentence)

    def _call(self, name, needs=(), sees=()):
        """Makes something that remembers the versions behind all it needs, and those of the networks it sees."""
        self.calls.append(name)
        remembered = {}
        for other in needs:
            if other not in self.made:
                self._note("missing", f"`{name}()` came before `{other}()`, whose result it needs.")
            remembered |= self.made.get(other, {})
        self.made[name] = remembered | {network: self.versions[network] for network in sees}

    def _gradient(self, network, scores):
        name = f"{network}_gradient"
        for score in scores:
            remembered = self.made.get(score, self.versions)
            if remembered.get("generator", self.versions["generator"]) < self.versions["generator"]:
                self._note("stale fake", f"`{name}()` used fakes from before the generator's update.")
            if remembered.get("discriminator", self.versions["discriminator"]) < self.versions["discriminator"]:
                self._note("stale score", f"`{name}()` used a `{score}()` from before the discriminator's update.")
        self._call(name, needs=scores, sees=["generator", "discriminator"])

    def _update(self, network, other):
        name, gradient = f"update_{network}", self.made.pop(f"{network}_gradient", None)
        if gradient is None:
            self._note("gradient", f"`{name}()` came without a new `{network}_gradient()` before it.")
        elif gradient[other] < self.versions[other]:
            self._note("stale gradient", f"`{name}()` used a gradient from before the {other}'s update.")
        self.calls.append(name)
        self.versions[network] += 1


def _problem(training_step, kind):
    """Has the learner train a new pair of mock networks and looks for one kind of problem."""
    networks = MockNetworks()
    training_step(networks)
    return networks.problems.get(kind)


def nothing_is_used_before_it_is_made(training_step, seed):
    """No score without a fake, no fake without noise."""
    return _problem(training_step, "missing")


def both_networks_learn(training_step, seed):
    """Each is updated."""
    networks = MockNetworks()
    training_step(networks)
    idle = [network for network, version in networks.versions.items() if version == 0]
    calls = " and ".join(f"`update_{network}()`" for network in idle)
    return f"The {' and the '.join(idle)} never changed: {calls} was not called." if idle else None


def each_follows_its_own_gradient(training_step, seed):
    """No update without a gradient for it."""
    return _problem(training_step, "gradient")


def no_stale_score(training_step, seed):
    """Scores come from the discriminator of now."""
    return _problem(training_step, "stale score")


def no_stale_fake(training_step, seed):
    """Fakes come from the generator of now."""
    return _problem(training_step, "stale fake")


def no_stale_gradient(training_step, seed):
    """Gradients belong to the networks of now."""
    return _problem(training_step, "stale gradient")


def in_this_order(calls):
    """A training step that makes certain calls.

    Args:
        calls: names of methods, separated by spaces.

    Returns:
        Function of the networks.
    """

    def training_step(networks):
        for call in calls.split():
            getattr(networks, call)()

    return training_step

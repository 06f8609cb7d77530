"""The banks against the homework's tests: every wrong answer loses points, every right one none."""

import pytest

from dlcourse.grading import bank
from dlcourse.grading.checks import CheckFailed
from dlcourse.grading.restore import cell_name
from tests.grading.homework import HAS_ALARM, HOMEWORKS, load

EVERY_VARIANT = [(name, variant) for name in HOMEWORKS for variant in load(name).variants]


@pytest.fixture(params=HOMEWORKS)
def homework(request):
    return load(request.param)


def test_the_solution_passes_all_tests(homework):
    assert homework.failures(homework.answers) == {}


def test_a_blank_submission_fails_every_test(homework):
    cells = homework.release.cells
    stubs = {cell_name(c): c.source for c in cells if c.metadata.get("nbgrader")}
    failed = homework.failures({name: stubs[name] for name in homework.questions})
    assert set(failed) == {cell.id for cell in homework.tests}
    # `set(failed)` holds no solution cell: a stub defines its function and raises when called.
    assert {type(error) for error in failed.values()} == {NotImplementedError}


def test_a_deleted_answer_fails_its_tests_by_a_name_error(homework):
    for question in homework.questions:
        answers = {name: text for name, text in homework.answers.items() if name != question}
        failed = homework.failures(answers, question)
        assert set(failed) == {c.id for c in homework.tests if c.question == question}, question
        assert {type(error) for error in failed.values()} == {NameError}, question


def test_every_question_has_wrong_and_right_variants(homework):
    for question in homework.questions:
        mine = [v for v in homework.variants if v.question == question]
        assert sum(not v.right for v in mine) >= 4, question
        assert sum(v.right for v in mine) >= 2, question


@pytest.mark.parametrize(
    ("name", "variant"),
    EVERY_VARIANT,
    ids=[f"{name}-{variant.question}-{variant.name}" for name, variant in EVERY_VARIANT],
)
def test_variant(name, variant):
    if "endless" in variant.name and not HAS_ALARM:
        pytest.skip("needs an alarm to end it")
    homework = load(name)
    failed = homework.failures(bank.with_variants(homework.answers, [variant]), variant.question)
    if variant.right:
        assert failed == {}
    else:
        # Not by a warning alone: that costs marks in one kernel only, not in two zones.
        caught = [error for error in failed.values() if not isinstance(error, Warning)]
        assert caught, f"full marks for: {variant.about}"


@pytest.mark.parametrize(
    ("homework", "variant", "words"),
    [
        ("hw1", "softmax-wrong_unstable", "numerically unstable"),
        ("hw1", "softmax-wrong_axis", "runs down the columns"),
        ("hw1", "softmax-wrong_in_place", "changed its argument scores in place"),
        ("hw1", "cross_entropy-wrong_mean_missing", "sum over the batch: divide by N"),
        ("hw1", "cross_entropy-wrong_base_ten", "base 10"),
        ("hw1", "cross_entropy_gradient-wrong_mean_missing", "mean over the batch, so divide by N"),
        ("hw1", "cross_entropy_gradient-wrong_sign", "wrong sign"),
        ("hw1", "linear-wrong_weight_gradient_transposed", "transposed"),
        ("hw1", "linear-wrong_bias_gradient_mean", "mean over the batch"),
        ("hw1", "perceptron_update-wrong_never_starts", "undecided"),
        ("hw1", "perceptron_predict-wrong_bias_forgotten", "bias"),
        ("hw1", "activations-wrong_derivative_of_output", "z(1 - z)"),
        ("hw1", "activations-wrong_sigmoid_twice", "twice"),
        ("hw1", "relu-wrong_mask_from_gradient", "sign of z"),
        ("hw1", "numerical_gradient-wrong_one_sided", "from one side"),
        ("hw1", "numerical_gradient-wrong_all_at_once", "all entries moved at once"),
        ("hw1", "network-wrong_relu_missing_in_backward", "a unit that is off"),
        ("hw1", "train_network-wrong_weights_only", "biases"),
        ("hw2", "pixel_coordinates-wrong_corners", "the pixels' corners"),
        ("hw2", "colours-wrong_wraps_around", "wrap around"),
        ("hw2", "mlp-wrong_plain_list", "nn.ModuleList"),
        ("hw2", "training_step-wrong_no_zero_grad", "call optimizer.zero_grad()"),
        ("hw2", "training_step-wrong_step_before_backward", "backward() comes before step()"),
        ("hw2", "training_step-wrong_summed", "it is summed"),
        ("hw2", "train-wrong_new_optimizer_each_step", "one optimizer"),
        ("hw2", "sinusoids-wrong_no_pi", "π is missing"),
        ("hw2", "sinusoids-wrong_all_sines_first", "should alternate"),
        ("hw2", "sinusoids-wrong_axis", "wrong axis"),
        ("hw2", "sinusoids-wrong_divided", "waves get slower"),
        ("hw2", "sinusoids-wrong_from_one", "l starts at 0"),
        ("hw2", "choose_scale-wrong_trained_on_all", "was trained on"),
        ("hw3", "sgd_step-wrong_in_place", "changed its argument w in place"),
        ("hw3", "best_rate-wrong_edge_of_stability", "from side to side for ever"),
        ("hw3", "momentum_step-wrong_dampened", "enters the velocity whole"),
        ("hw3", "momentum_step-wrong_rate_in_velocity", "out of the velocity"),
        ("hw3", "momentum_step-wrong_new_dict", "must stay in the caller's `state`"),
        ("hw3", "momentum_step-wrong_alias", "later, has changed its argument g in place"),
        ("hw3", "nesterov_step-wrong_old_velocity", "the velocity after its update"),
        ("hw3", "adagrad_step-wrong_eps_inside", "inside the root"),
        ("hw3", "rmsprop_step-wrong_alpha_exchanged", "alpha is the share of the past"),
        ("hw3", "adam_step-wrong_no_correction", "bias correction is missing"),
        ("hw3", "adam_step-wrong_step_not_counted", "t stays at 1"),
        ("hw3", "adam_step-wrong_eps_before_correction", "the root of the corrected v"),
        ("hw3", "adam_step-wrong_corrected_means_kept", "keep m and v as they are"),
        ("hw3", "decay_step-wrong_twice", "decays twice"),
        ("hw3", "decay_step-wrong_rate_missing", "the learning rate is missing"),
        ("hw3", "decay_step-wrong_after_the_step", "the weight from before the step"),
        ("hw3", "schedules-wrong_smooth_steps", "t // step_size"),
        ("hw3", "cosine_with_warmup-wrong_comes_up_again", "comes up again"),
        ("hw3", "clip_by_norm-wrong_each_alone", "all together"),
        ("hw3", "sweep-wrong_state_shared", "each walk needs its own"),
        ("hw3", "cross_valley-wrong_two_looks_a_step", "100 are allowed"),
        ("hw3", "diagnosis-wrong_wave_is_rate", "rhythm"),
    ],
    indirect=["homework"],
)
def test_the_message_names_the_misconception(homework, variant, words):
    question, _, name = variant.partition("-")
    wrong = homework.variant(question, name)
    failed = homework.failures(bank.with_variants(homework.answers, [wrong]), question)
    messages = [str(error) for error in failed.values() if isinstance(error, CheckFailed)]
    assert any(words in message for message in messages), failed

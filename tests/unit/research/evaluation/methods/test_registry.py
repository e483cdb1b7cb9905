"""Every method has a key and an adapter of its own name, in files that exist."""

from app.paths import ROOT
from research.evaluation.augmentation.augmenters import AUGMENTERS
from research.evaluation.methods.registry import ADAPTERS, BENCH, METHODS, REFERENCE, STUDY


def test_keys_and_adapters_are_told_apart() -> None:
    for names in (
        [method.key for method in METHODS],
        [method.name for method in METHODS],
        [adapter.name for adapter in ADAPTERS],
    ):
        assert len(set(names)) == len(names)
    assert {method.adapter for method in METHODS} == set(ADAPTERS)


def test_every_adapter_is_a_class_of_a_module_that_exists() -> None:
    for adapter in ADAPTERS:
        module, _, name = adapter.target.partition(":")
        text = ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
        assert f"class {name}" in text


def test_the_reference_is_in_both_lists_and_bench_waits_for_no_language_model() -> None:
    assert REFERENCE in {method.key for method in STUDY} & {method.key for method in BENCH}
    assert all(method.style is None for method in BENCH)


def test_asked_again_only_a_seed_differs() -> None:
    for method in METHODS:
        again = method.again()
        assert again.key != method.key
        changed = dict(again.options).items() - dict(method.options).items()
        assert changed == ({("seed", 8)} if method.seeded else set())


def test_augmenters_change_people_by_methods_of_the_study() -> None:
    assert all(one.base_method in STUDY for one in AUGMENTERS if one.method is not None)

import servqual as sq
from servqual.sem.variables import variable_label

BANK = sq.load_instrument("servqual-1991")


def test_items_bear_their_names_before_their_labels():
    for letter in "GPE":
        assert variable_label(f"{letter}5", BANK) == f"{letter}5. {BANK.label('5')}"
    assert variable_label("G5", BANK, "zh") == f"G5. {BANK.label('5', 'zh')}"


def test_dimensions_bear_their_labels():
    assert variable_label("empathy", BANK) == "Empathy"
    assert variable_label("empathy", BANK, "zh") == "移情性"


def test_others_bear_their_names():
    for name in ("SAT1", "G23", "g5", "5"):
        assert variable_label(name, BANK) == name
    assert variable_label("G5", None) == "G5"
    plain = sq.Instrument(name="plain", dimensions={"a": ("1", "2")}, scale=(1, 7))
    assert variable_label("P2", plain) == "P2"


def test_labels_of_the_user_come_first():
    assert variable_label("empathy", BANK, "zh", {"empathy": "Warmth"}) == "Warmth"
    assert variable_label("SAT1", None, "en", {"SAT1": "Pleased"}) == "Pleased"

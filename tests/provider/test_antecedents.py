import pandas as pd
import pytest

import servqual as sq
from servqual.provider.antecedents import gap_antecedents, load_antecedents


def test_constructs_and_items_of_each_gap():
    table = gap_antecedents()
    assert table.groupby("gap_number")["items"].agg(["size", "sum"]).to_numpy().tolist() == [
        [3, 9],
        [4, 11],
        [7, 24],
        [2, 6],
    ]
    assert table.groupby("respondents")["items"].sum().to_dict() == {"managers": 20, "staff": 30}
    assert set(table["evidence_structure"]) == {"verified"}
    assert set(table["evidence_items"]) == {"recalled"}
    assert gap_antecedents("zh")["label"].iloc[0] == "市场调研导向"


def test_negatively_worded_items_must_be_told():
    with pytest.raises(TypeError, match="reverse"):
        load_antecedents("staff")
    instrument = load_antecedents("managers", reverse=["MR2"])
    frame = pd.DataFrame({item: [2, 6] for item in instrument.items})
    bound = sq.Responses.from_frame(frame, instrument, perception="{}", reverse=True)
    found = sq.perception_scores(bound).dimensions
    assert found["marketing_research_orientation"].tolist() == [3, 5]
    assert found["goal_setting"].tolist() == [2, 6]
    assert load_antecedents("staff", reverse=()).reverse == ()
    assert load_antecedents("staff", reverse="TW1").reverse == ("TW1",)


def test_bad_input_is_told():
    with pytest.raises(sq.InstrumentError, match="must be 'managers' or 'staff', not 'customers'"):
        load_antecedents("customers", reverse=())
    with pytest.raises(ValueError, match="language must be one of"):
        gap_antecedents("fr")
    with pytest.raises(sq.InstrumentError, match="reverse names 'MR9', which is no item"):
        load_antecedents("managers", reverse=["MR9"])

"""How sure an answer is, from what is known of it."""

from reloc_lsp.revision.confidence import RIGHT_BY_SHARE, SURE, confidence_in

UNDECIDED = "The tests leave open: f(0) returns 1 with this revision, returns 2 with alternative 1."


def test_an_answer_without_a_rival_is_sure_and_asks_nothing():
    confidence = confidence_in(1.0, False, UNDECIDED)
    assert confidence.sure and confidence.right >= SURE and confidence.question == ""
    assert confidence.text == "About 19 of 20 such answers were right on bugs with known answers."


def test_an_answer_beside_likely_rivals_asks():
    confidence = confidence_in(0.3, False, UNDECIDED)
    assert not confidence.sure and confidence.question == UNDECIDED
    assert f"About {round(10 * confidence.right)} of 10 such answers were right" in confidence.text


def test_an_answer_that_looks_overfitted_is_not_sure_though_it_has_no_rival():
    assert not confidence_in(1.0, True, "").sure


def test_a_larger_share_is_never_less_sure():
    shares, rights = zip(*RIGHT_BY_SHARE, strict=True)
    assert list(shares) == sorted(shares, reverse=True) and shares[-1] == 0.0
    assert list(rights) == sorted(rights, reverse=True)

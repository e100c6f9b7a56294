import numpy as np

from servqual.plots._labels import draw_labels
from tests.helpers import needs


def test_labels_stay_inside_the_axes_and_apart():
    ax = needs("matplotlib.pyplot").figure(figsize=(6, 4)).subplots()
    marks = np.array([[0.99, 0.5], [0.01, 0.5], [0.5, 0.99], [0.5, 0.01], [0.5, 0.96]])
    names = ["right edge", "left edge", "top", "bottom", "below top"]
    draw_labels(ax, marks, np.full(5, 3.0), names)
    renderer = ax.figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in ax.texts]
    assert [text.get_text() for text in ax.texts] == names
    assert not any(one.overlaps(other) for i, one in enumerate(boxes) for other in boxes[:i])
    for box in boxes:
        assert ax.bbox.x0 <= box.x0 < box.x1 <= ax.bbox.x1
        assert ax.bbox.y0 <= box.y0 < box.y1 <= ax.bbox.y1

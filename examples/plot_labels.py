"""
Who is speaking?
================

Nine speakers said the same two vowels. Each utterance is a sequence of twelve numbers per step, 7
to 29 steps long, and the speaker is to be told. An echo state network reads it, what its units did
is summarised in one row, and a linear readout tells the speakers apart.
"""

# %%
# Fit
# ---
# Sequences may differ in length: they are a list of arrays, with one label each. Nothing is tuned.

import matplotlib.pyplot as plt
from sklearn.metrics import ConfusionMatrixDisplay

from esnkit import ESNClassifier
from esnkit.datasets import load_japanese_vowels
from esnkit.plotting import ErrorByLengthDisplay, SequenceFeaturesDisplay

X, y = load_japanese_vowels("train")
X_test, y_test = load_japanese_vowels("test")
classifier = ESNClassifier(random_state=0).fit(X, y)
predicted = classifier.predict(X_test)
print(f"{(predicted != y_test).sum()} of {len(y_test)} utterances are given to the wrong speaker")

# %%
# What the readout sees
# ---------------------
# The rows have two thousand summaries. Their two main components know nothing of the labels, and
# yet set several speakers apart; where speakers overlap here, the other components tell them.

SequenceFeaturesDisplay.from_estimator(classifier, X_test, y_test)
plt.show()

# %%
# Who is mistaken for whom
# ------------------------

fig, ax = plt.subplots(figsize=(5, 5), layout="constrained")
ConfusionMatrixDisplay.from_predictions(y_test, predicted, ax=ax, cmap="Blues", colorbar=False)
ax.set_xlabel("predicted speaker")
ax.set_ylabel("true speaker")
plt.show()

# %%
# Does it need long utterances?
# -----------------------------
# With so few mistakes little can be said, and the intervals say so. We look at a weaker classifier
# too, which sees the last state alone.

last = ESNClassifier(pooling="last", directions="forward", random_state=0).fit(X, y)
fig, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained", sharey=True)
for ax, model, title in zip(axes, (classifier, last), ("default", "last state only"), strict=True):
    ErrorByLengthDisplay.from_estimator(model, X_test, y_test, ax=ax)
    ax.set_title(title, loc="left")
axes[1].set_ylabel("")
plt.show()

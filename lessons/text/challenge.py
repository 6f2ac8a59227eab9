"""What the challenge section of the Compare tab says."""

WORDS = {
    "challenge": ("Where each paradigm stumbles", "各种范式分别在哪里出错"),
    "challenge.note": (
        "$n sentences written to test one thing each; none was used for training. Choose a phenomenon, here or in the "
        "chart: a filled dot is a right answer, a ring a wrong one. The two sentences of a frame differ in a word or "
        "two and have opposite labels. Click a sentence to load it.",
        "$n 个句子，每句只考一件事，都没有用于训练。在这里或图中选择一种现象：实心点表示答对，空心圈表示答错。"
        "同一方框里的两句只差一两个词，标签却相反。点击句子即可载入。",
    ),
    "challenge.phenomenon": ("Phenomenon", "现象"),
    "challenge.right": ("right", "答对"),
    "challenge.wrong": ("wrong", "答错"),
    "challenge.pairs": (
        "Both sentences of a pair right: $scores.",
        "成对句子两句都答对：$scores。",
    ),
    "challenge.score": ("$method $right of $n", "$method $right/$n"),
    "challenge.result": (
        "Over all $n challenge sentences: $scores. Hardest for the prompt: $worst ($value).",
        "在全部 $n 个挑战句上：$scores。提示最怕的是$worst（$value）。",
    ),
    "phenomenon.negation": ("negation", "否定"),
    "phenomenon.double_negation": ("double negation", "双重否定"),
    "phenomenon.contrast": ("contrast (but, although)", "转折"),
    "phenomenon.irony": ("irony", "反讽"),
    "phenomenon.comparison": ("comparison", "比较"),
    "phenomenon.intensity": ("intensity", "程度"),
    "phenomenon.thwarted_expectation": ("thwarted expectation", "期望落空"),
    "phenomenon.idiom": ("idiom", "习语"),
    "phenomenon.numbers": ("numbers and ratings", "数字与评分"),
    "phenomenon.other_domain": ("other domains", "其他领域"),
}

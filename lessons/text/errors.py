"""What is wrong, in the reader's language: one sentence per kind of error of `paradigms`."""

WORDS = {
    "error.no_mask": (
        "The template has no [MASK]: put [MASK] where the model should fill in a word.",
        "模板中没有 [MASK]：请在需要模型填词的位置写上 [MASK]。",
    ),
    "error.many_masks": (
        "The template has $count [MASK], the second at character $position; one is needed.",
        "模板中有 $count 个 [MASK]，第二个在第 $position 个字符处；只需要一个。",
    ),
    "error.no_text": (
        "The template has no {text}: put {text} where the sentence belongs.",
        "模板中没有 {text}：请在句子的位置写上 {text}。",
    ),
    "error.many_texts": (
        "The template has $count {text}, the second at character $position; one is needed.",
        "模板中有 $count 个 {text}，第二个在第 $position 个字符处；只需要一个。",
    ),
    "error.unknown_field": (
        "$offending at character $position is not known: the only field is {text}.",
        "第 $position 个字符处的 $offending 无法识别：唯一的字段是 {text}。",
    ),
    "error.unclosed_brace": (
        "The brace at character $position is never closed.",
        "第 $position 个字符处的花括号没有闭合。",
    ),
    "error.unopened_brace": (
        "The brace at character $position closes nothing.",
        "第 $position 个字符处的花括号没有对应的左括号。",
    ),
    "error.bad_soft": (
        '$offending at character $position is neither [soft:3] nor [soft:"it was"].',
        '第 $position 个字符处的 $offending 既不是 [soft:3] 也不是 [soft:"it was"]。',
    ),
    "error.soft_unsupported": (
        "The template has a soft prompt at character $position; this tab works with words only.",
        "模板在第 $position 个字符处有软提示；本页只支持文字模板。",
    ),
    "error.too_long": (
        "The template takes $length of the model's $limit tokens and leaves no room for the sentence.",
        "模板占用了模型 $limit 个词元中的 $length 个，没有给句子留下位置。",
    ),
    "error.empty": ("The class “$where” has no label word yet.", "类别“$where”还没有标签词。"),
    "error.same_word": (
        "“$offending” stands for two classes; a label word may belong to one only.",
        "“$offending”同时属于两个类别；一个标签词只能属于一个类别。",
    ),
    "error.repeated_word": ("“$offending” is written twice.", "“$offending”重复了。"),
    "error.not_one_token": (
        "“$offending” is not one token for this model but $pieces: choose a word it knows whole.",
        "“$offending”在该模型中不是一个词元，而是 $pieces：请换一个完整的词。",
    ),
    "error.unknown_word": ("“$offending” is not in the model's vocabulary.", "“$offending”不在模型的词表中。"),
    "error.one_class": ("Training needs examples of at least two classes.", "训练至少需要两个类别的样本。"),
    "error.too_few": (
        "There are only $have examples of “$offending”; $asked were asked for.",
        "“$offending”只有 $have 个样本，而需要 $asked 个。",
    ),
    "error.not_before_slot": (
        "A causal model reads only what stands before [MASK]: put {text} before it.",
        "因果语言模型只读 [MASK] 之前的内容：请把 {text} 放在它前面。",
    ),
    "error.no_bar": (
        "Line $position has no | between label and text: “$offending”.",
        "第 $position 行的标签与文本之间没有 |：“$offending”。",
    ),
    "error.unknown_label": (
        "Line $position: “$offending” is no label; the labels are $labels.",
        "第 $position 行：“$offending”不是标签；标签有 $labels。",
    ),
    "error.other_backbone": (
        "A prompt made for one model is noise to another: this one was not made for the model of this page.",
        "为一个模型训练的提示，对另一个模型只是噪声：这个提示不是为本页的模型训练的。",
    ),
    "error.no_prefix": (
        "$where takes no vectors in its layers; P-tuning v2 needs a BERT or RoBERTa.",
        "$where 的各层不能接入额外的向量；P-tuning v2 需要 BERT 或 RoBERTa。",
    ),
    "error.pair_form": (
        "“$offending” is no pair: write it as {text} It was [MASK]. | terrible / great.",
        "“$offending”不是一对：请写成 {text} It was [MASK]. | terrible / great 的形式。",
    ),
    "error.pair_count": ("There are $count pairs; 1 to $most are wanted.", "现有 $count 对；需要 1 到 $most 对。"),
    "error.other": ("This does not work: $message", "无法执行：$message"),
    "error.no_soft": (
        'The template has no place to train: put [soft:3] or [soft:"it was"] into it.',
        '模板中没有可训练的位置：请写上 [soft:3] 或 [soft:"it was"]。',
    ),
    "error.no_words": ("There is no word in these texts to learn from.", "这些文本中没有可供学习的词。"),
    "error.few_words": (
        "There are $asked classes, but the model has only $have words that could stand for one.",
        "共有 $asked 个类别，而该模型只有 $have 个词可以代表类别。",
    ),
}

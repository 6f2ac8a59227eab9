"""What the tab says."""

WORDS: dict[str, tuple[str, str]] = {
    "prompt.idea": (
        "What BERT learned above all is to fill in blanks. So let it fill in the label. A template turns the "
        "sentence into a cloze question, the model says which word it expects there, and a verbalizer reads the "
        "label off a few label words. Nothing new is added to the model, and it can answer without one labelled "
        "example. The price: the answer depends on how you ask. Change the template or the label words and watch.",
        "BERT 最主要学的就是填空。那就用填空的方式来问标签。模板把句子变成一道填空题，模型说出它期望的词，再由映射"
        "器（verbalizer）从几个标签词读出类别。模型不增加任何新参数，一个标注样本都没有也能作答。代价是：答案取决于"
        "怎么问。改一改模板或标签词，看看会发生什么。",
    ),
    "prompt.how": (
        "T is the template, x the sentence, v(y) the label words of class y, z(w) the logit of word w at [MASK]. The "
        "softmax runs over the label words only, so whatever all the other words of the vocabulary hold plays no part; "
        "where a class has several words, their shares are added up. Training, if you like, lowers the cross-entropy "
        "of exactly this probability: the pre-training task goes on, and no layer starts from random numbers.",
        "T 是模板，x 是句子，v(y) 是类别 y 的标签词，z(w) 是词 w 在 [MASK] 处的 logit。softmax 只在标签词之间做，"
        "词表中其余的词占多少概率都不参与；一个类别有多个标签词时，把它们的份额相加。若要训练，"
        "降低的正是这个概率的交叉熵：预训练任务原样继续，没有任何一层从随机数开始。",
    ),
    "prompt.source": (
        "Schick & Schütze 2021, “Exploiting Cloze Questions for Few Shot Text Classification and Natural Language "
        "Inference”, section 3.1; Gao et al. 2021, “Making Pre-trained Language Models Better Few-shot Learners”, "
        "equation 1.",
        "Schick & Schütze 2021，《Exploiting Cloze Questions for Few Shot Text Classification and Natural Language "
        "Inference》，3.1 节；Gao 等 2021，《Making Pre-trained Language Models Better Few-shot Learners》，式 "
        "(1)。",
    ),
    # The question
    "prompt.template": ("Template", "模板"),
    "prompt.template.info": (
        "{text} is the sentence, [MASK] the blank, [SEP] a border between two segments.",
        "{text} 代表句子，[MASK] 是要填的空位，[SEP] 分隔两个片段。",
    ),
    "prompt.template.good": (
        "$length tokens of at most $limit: $sentence from the sentence, $template from the template; [MASK] is number "
        "$place.",
        "共 $length 个词元（上限 $limit）：句子 $sentence 个，模板 $template 个，[MASK] 在第 $place 位。",
    ),
    "prompt.ready": ("Ready-made", "现成的"),
    "prompt.words": ("Label words", "标签词"),
    "prompt.words.info": (
        "What the model would say for each class, separated by commas.",
        "每个类别模型会说的词，用逗号分隔。",
    ),
    "prompt.words.of": ("Label words of the class $label", "类别“$label”的标签词"),
    "prompt.word.rank": ("rank $rank · $probability", "第 $rank 名 · $probability"),
    "prompt.word.known": ("one token", "一个词元"),
    "prompt.set.note": (
        "Chinese: $n labelled reviews, every character a token of its own. Sentence, template and label words "
        "follow the choice; more Chinese ones are among the ready-made.",
        "中文：共 $n 条标注影评，一个字就是一个词元。句子、模板和标签词会随选择而变；更多中文的见“现成的”一栏。",
    ),
    "prompt.kind.chinese": ("Chinese", "中文"),
    "prompt.kind.plain": ("plain", "陈述"),
    "prompt.kind.question": ("question", "提问"),
    "prompt.kind.prefix": ("prefix", "前置"),
    "prompt.kind.segments": ("two segments", "两个片段"),
    "prompt.kind.null": ("null", "空模板"),
    "prompt.kind.irrelevant": ("irrelevant", "无关"),
    "prompt.kind.usual": ("usual", "常用"),
    "prompt.kind.several": ("several", "多个词"),
    "prompt.kind.reversed": ("reversed", "颠倒"),
    # What the model reads
    "prompt.when": ("Show the model", "查看哪个模型"),
    "prompt.when.before": ("before training (zero-shot)", "训练前（零样本）"),
    "prompt.when.after": ("after training", "训练后"),
    "prompt.filled": ("What the model reads", "模型读到的输入"),
    "prompt.part.special": ("special token", "特殊词元"),
    "prompt.part.sentence": ("sentence", "句子"),
    "prompt.part.template": ("template", "模板"),
    "prompt.part.mask": ("the blank", "要填的空位"),
    "prompt.truncated": (
        "The sentence is too long. Tokens cut off at its end: $n. The template is never cut.",
        "句子太长：末尾 $n 个词元被截去。模板从不被截断。",
    ),
    "prompt.no_sentence": (
        "No sentence yet: this is what the model expects from the template alone.",
        "还没有句子：这是模型仅凭模板所期望的词。",
    ),
    "prompt.voice.before": (
        "The model that answers: $name as pre-trained · no labelled example · 0 trainable parameters.",
        "作答的模型：预训练后的 $name · 无标注样本 · 0 个可训练参数。",
    ),
    "prompt.voice.after": (
        "The model that answers: trained just now, $n labelled examples ($k per class), seed $seed · $parameters "
        "trainable parameters · step $step of $total.",
        "作答的模型：刚刚训练，$n 个标注样本（每类 $k 个），种子 $seed · $parameters 个可训练参数 · 第 $step / "
        "$total 步。",
    ),
    "prompt.voice.other": (
        "It was trained with other words: “$template”, $words.",
        "它训练时用的是另一种问法：“$template”，$words。",
    ),
    # The distribution
    "prompt.bars": ("What it expects at [MASK]", "模型在 [MASK] 处期望的词"),
    "prompt.bars.word": ("word", "词"),
    "prompt.bars.add": ("use for", "用作"),
    "prompt.bars.note": (
        "These $k words hold $held of the probability, the other $others words of the vocabulary the rest. A bar is as "
        "long as its word is probable, the first one full.",
        "这 $k 个词占 $held 的概率，词表中其余 $others 个词分剩下的。条的长度与概率成正比，第一名为满格。",
    ),
    "prompt.add": ("Use “$word” as a label word of the class $label", "把“$word”用作类别“$label”的标签词"),
    "prompt.remove": (
        "“$word” is a label word of the class $label: take it away",
        "“$word”是类别“$label”的标签词：移除",
    ),
    "prompt.top": ("Words shown (top k)", "显示的词数（top k）"),
    # The flow
    "prompt.flow": ("From the vocabulary to the label", "从词表到标签"),
    "prompt.flow.last": (
        "As the boxes are they cannot be asked. This was the last answer, to “$sentence”.",
        "现在的内容无法提问。这是最近一次的回答，句子是“$sentence”。",
    ),
    "prompt.flow.vocabulary": ("Whole vocabulary", "整个词表"),
    "prompt.flow.words": ("Label words", "标签词"),
    "prompt.flow.label": ("Label", "标签"),
    "prompt.flow.all": ("$n words: 100%", "$n 个词：100%"),
    "prompt.flow.covered": ("label words hold", "标签词占"),
    "prompt.flow.rest": ("the other $n hold", "其余 $n 个词占"),
    "prompt.flow.logit": ("logit", "logit"),
    "prompt.flow.probability": ("among all", "在全词表中"),
    "prompt.flow.share": ("among label words", "在标签词中"),
    "prompt.flow.one": ("the share of its one word", "它唯一标签词的份额"),
    "prompt.flow.several": ("sum of the shares of $n words", "$n 个词的份额之和"),
    "prompt.flow.result": (
        "The label words hold $covered of the whole probability; among them alone, $label gets $probability.",
        "标签词共占全部概率的 $covered；只在它们之间比较，“$label”得到 $probability。",
    ),
    # Zero-shot accuracy
    "prompt.zero": ("How good is this question?", "这样问效果如何？"),
    "prompt.zero.none": (
        "Nothing is recorded for this backbone: its accuracy is measured here, with label words that it has.",
        "这个骨干模型没有已记录的结果：选用它词表里有的标签词，准确率就会在这里现场测得。",
    ),
    "prompt.zero.for": ("Zero-shot, “$template”, $words", "零样本，“$template”，$words"),
    "prompt.zero.interval": ("95% interval $low–$high", "95% 区间 $low–$high"),
    "prompt.zero.stale": (
        "Measuring the new question on the held-out reviews …",
        "正在留出的影评上测量新的问法……",
    ),
    "prompt.zero.fresh": ("Measured for the boxes as they are.", "对应当前输入框的内容。"),
    "prompt.zero.last": (
        "This is the last question that could be asked.",
        "以上是最近一次可以提问的结果。",
    ),
    "prompt.zero.note": (
        "$n held-out reviews · no labelled example · 0 trainable parameters · always the majority class: $majority",
        "$n 条留出的影评 · 无标注样本 · 0 个可训练参数 · 总猜多数类：$majority",
    ),
    "prompt.confusion": ("Confusion counts", "混淆计数"),
    "prompt.confusion.said": ("said $label", "判为$label"),
    "prompt.confusion.is": ("is $label", "实为$label"),
    # Training
    "prompt.training": ("Train with a few examples, and beside it fine-tuning", "用少量样本训练，并与微调对照"),
    "prompt.training.note": (
        "Both get the same K examples per class and the same number of steps, each at a learning rate chosen for "
        "it beforehand on other sentences. The prompt starts from the answer above; fine-tuning starts from a new "
        "classifier with random weights.",
        "两者使用同样的每类 K 个样本和同样的步数，学习率各自事先在别的句子上选定。提示从上面的答案出发；微调则从一"
        "个随机初始化的新分类器出发。",
    ),
    "prompt.k": ("Labelled examples per class (K)", "每类标注样本数（K）"),
    "prompt.train": ("What the prompt training changes", "提示训练改动哪些参数"),
    "prompt.train.all": ("all parameters", "全部参数"),
    "prompt.train.head": ("the fill-in head only", "仅填词头（MLM head）"),
    "prompt.train.bias": ("biases only (BitFit)", "仅偏置（BitFit）"),
    "prompt.train.lora": ("low-rank matrices (LoRA)", "低秩矩阵（LoRA）"),
    "prompt.train.nothing": ("nothing (zero-shot)", "不训练（零样本）"),
    "prompt.plan": (
        "$n labelled examples, seed $seed · prompt: $prompt of $total parameters trained · fine-tuning: $finetune",
        "$n 个标注样本，种子 $seed · 提示：训练 $total 个参数中的 $prompt 个 · 微调：$finetune 个",
    ),
    "prompt.measuring": ("Measuring on $n held-out reviews …", "正在 $n 条留出的影评上测量……"),
    "prompt.results": ("Side by side", "结果对照"),
    "prompt.results.for": ("The prompt asked “$template”, $words", "提示的问法：“$template”，$words"),
    "prompt.results.none": (
        "Nothing is recorded for this backbone: its figures appear here after a training.",
        "这个骨干模型没有已记录的结果：训练之后，数字会显示在这里。",
    ),
    "prompt.results.how": ("how", "方式"),
    "prompt.results.labels": ("labelled examples", "标注样本"),
    "prompt.results.parameters": ("trainable parameters", "可训练参数"),
    "prompt.results.seconds": ("training seconds", "训练秒数"),
    "prompt.results.accuracy": ("accuracy [95%]", "准确率 [95%]"),
    "prompt.row.zero": ("prompt, zero-shot", "提示，零样本"),
    "prompt.row.prompt": ("prompt, trained", "提示，训练后"),
    "prompt.row.finetune": ("fine-tuning", "微调"),
    "prompt.stopped": ("stopped at step $step of $total", "在第 $step / $total 步停止"),
    "prompt.result.two": (
        "With no label the prompt is right on $zero of $n held-out reviews, with $examples labelled examples on "
        "$prompt; fine-tuning with the same examples on $finetune. Always guessing one class gives $majority.",
        "在 $n 条留出的影评上：提示在没有标注时正确率 $zero，用 $examples 个标注样本后为 $prompt；"
        "微调用同样的样本为 $finetune。总猜同一类为 $majority。",
    ),
    "prompt.result.none": (
        "With no label, and nothing trained, the prompt is right on $zero of $n held-out reviews; fine-tuning with "
        "$examples labelled examples on $finetune. Always guessing one class gives $majority.",
        "在 $n 条留出的影评上：提示没有标注、什么也不训练时正确率 $zero；微调用 $examples 个标注样本后为 $finetune。"
        "总猜同一类为 $majority。",
    ),
    "prompt.result.nothing": (
        "With no label, and nothing trained, the prompt is right on $zero of $n held-out reviews. Always guessing one "
        "class gives $majority.",
        "在 $n 条留出的影评上：提示没有标注、什么也不训练时正确率 $zero。总猜同一类为 $majority。",
    ),
    "prompt.result.one": (
        "With no label the prompt is right on $zero of $n held-out reviews, with $examples labelled examples on "
        "$prompt. Always guessing one class gives $majority.",
        "在 $n 条留出的影评上：提示在没有标注时正确率 $zero，用 $examples 个标注样本后为 $prompt。"
        "总猜同一类为 $majority。",
    ),
}

"""What the tab "Where BERT comes from" says."""

WORDS = {
    "tab.origins": ("Pre-training", "预训练"),
    "origins.idea": (
        "Paradigms 3 and 4 begin with a model that has already read. This is how it read: words of ordinary text are "
        "hidden, and the model has to say what stood there. Nobody labels anything, the text is its own answer, so "
        "millions of words cost nothing but computing time. To guess “The plot was so [MASK] that I fell asleep” one "
        "has to know grammar, what plots are, and what boredom feels like to a reviewer. A prompt later asks exactly "
        "this question again; that is why it needs so few labels.",
        "范式三和范式四都从一个“读过书”的模型开始。它是这样读的：把普通文本中的一些词遮住，让模型说出原来是什么词。"
        "不需要任何人标注，文本自己就是答案，因此几百万词的训练只花计算时间。要猜出“The plot was so [MASK] that I "
        "fell asleep”，就得懂语法，知道情节是什么，也得知道影评人在无聊时会怎么说。"
        "提示学习后来问的正是同一个问题，所以只需要极少的标注。",
    ),
    "origins.how": (
        "15% of the words are chosen, other ones each time the sentence is read. Of those, 80% are replaced by "
        "[MASK], 10% by a random word and 10% stay as they are, because in fine-tuning later there is no [MASK] at "
        "all (in a prompt there is): so the model can trust no word blindly. The loss is the mean of −log p(the "
        "word that stood there). Words are chosen whole, all their pieces together. The encoder reads the whole "
        "sentence, left and right of the gap; the head, one layer and the embedding table, turns the state at the "
        "gap into a probability for each word of the vocabulary.",
        "每次读到一个句子，都重新随机选出 15% 的词。其中 80% 换成 [MASK]，10% 换成随机的词，10% 保持原样：因为以后"
        "微调时根本没有 [MASK]（提示里才有），所以模型对任何一个词都不能全信。损失是 −log p(原来的词) 的平均值。选"
        "词以整词为单位，一个词的各个词片一起遮住。编码器同时读空位左右两侧的整句话；填词头由一层网络和词嵌入表组"
        "成，把空位处的状态变成词表中每个词的概率。",
    ),
    "origins.source": (
        "Devlin et al. 2019, “BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding”, "
        "section 3.1, task 1 and appendix A.1; the cloze test: Taylor 1953.",
        "Devlin 等 2019，《BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding》，"
        "3.1 节任务一及附录 A.1；完形填空：Taylor 1953。",
    ),
    "origins.mask": ("One sentence of a pre-training", "预训练眼中的一句话"),
    "origins.mask_seed": ("Which words are chosen (random seed)", "选中哪些词（随机种子）"),
    "origins.stood": ("“$word” stood here", "这里原来是“$word”"),
    "origins.column.wanted": ("stood there", "原来的词"),
    "origins.column.read": ("the model reads", "模型读到"),
    "origins.column.expects": ("it expects", "模型的预测"),
    "origins.column.p": ("p(word)", "p(原词)"),
    "origins.column.loss": ("loss", "损失"),
    "origins.column.tokens": ("word pieces read", "已读词片数"),
    "origins.column.held_out": ("held-out loss", "留出集损失"),
    "origins.column.words": ("at [MASK]", "[MASK] 处的预测"),
    "origins.how.mask": ("hidden", "遮住"),
    "origins.how.random": ("random word", "随机词"),
    "origins.how.kept": ("left as it is", "保持原样"),
    "origins.masked.result": (
        "Asked for: $n of $total word pieces (one always, so that there is something to see); the mean loss is "
        "$loss nats.",
        "$total 个词片中有 $n 个要猜（其中一个必选，好让这里总有东西可看）；平均损失为 $loss 奈特。",
    ),
    "origins.live": ("From noise to words, in a minute", "一分钟，从噪声到词语"),
    "origins.cloze": ("A sentence with a [MASK]", "一个带 [MASK] 的句子"),
    "origins.begin": ("Pre-train a tiny BERT (about a minute)", "预训练一个微型 BERT（约一分钟）"),
    "origins.status.idle": (
        "Half a million random weights, a vocabulary of 2,000 word pieces, 4,374 reviews without their labels.",
        "五十万个随机权重，2,000 个词片的词表，4,374 条去掉标签的影评。",
    ),
    "origins.status.waiting": ("Waiting: $ahead before you.", "排队中：前面还有 $ahead 个。"),
    "origins.status.preparing": ("Building the vocabulary …", "正在建立词表 …"),
    "origins.status.running": (
        "$done of the training, $tokens word pieces read",
        "训练进度 $done，已读 $tokens 个词片",
    ),
    "origins.status.done": ("Done: $tokens word pieces read.", "完成：共读了 $tokens 个词片。"),
    "origins.status.stopped": ("Stopped after $tokens word pieces.", "已在读完 $tokens 个词片后停止。"),
    "origins.tokens": ("word pieces read", "已读词片数"),
    "origins.millions": ("million word pieces read", "已读词片数（百万）"),
    "origins.loss": ("loss of hidden words (nats)", "被遮词的损失（奈特）"),
    "origins.held_out": ("held-out reviews", "留出集"),
    "origins.chance": ("every word equally likely", "所有词等可能"),
    "origins.frequency": ("only counting words", "只数词频"),
    "origins.zero_shot": ("zero-shot accuracy", "零样本准确率"),
    "origins.curve.none": (
        "Press the button: the curve of held-out loss appears here as the tiny BERT reads.",
        "按下按钮：微型 BERT 一边读，留出集损失曲线一边在这里出现。",
    ),
    "origins.curve.result": (
        "Held-out loss $loss nats, as unsure as between $odds words; random weights begin at $chance, counting words "
        "alone reaches $frequency.",
        "留出集损失 $loss 奈特，相当于在 $odds 个词之间拿不定主意；随机权重从 $chance 开始，只数词频可到 $frequency。",
    ),
    "origins.words.none": (
        "What the tiny BERT puts at [MASK] will stand here, one line for each moment of its training.",
        "微型 BERT 在 [MASK] 处的预测将列在这里，训练中每个时刻一行。",
    ),
    "origins.yours": ("your tiny BERT, $tokens word pieces read", "你的微型 BERT，读过 $tokens 个词片"),
    "origins.recorded": ("The real model reads on", "真正的模型继续读"),
    "origins.recorded.result": (
        "Recorded with an earlier version of $name: it reads $tokens more word pieces, nearly all of them reviews. "
        "The loss of hidden words in held-out text first rises, then falls: $before nats at the start, $after at "
        "the end. The zero-shot accuracy of the prompt “All in all, it was [MASK].” on the built-in dev reviews "
        "goes from $from_ to $to, with more ups and downs than the loss.",
        "这是 $name 较早版本的记录：它又读了 $tokens 个词片，几乎都是各类评论。留出文本中被遮词的损失先升后降，开始"
        "时 $before 奈特，结束时 $after 奈特。提示“All in all, it was [MASK].”在内置开发集影评上的零样本准确率从 "
        "$from_ 变为 $to，起伏比损失大。",
    ),
}

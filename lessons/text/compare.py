"""What the Compare tab says."""

WORDS = {
    "compare.idea": (
        "Is this sentence about a film positive or negative? Four generations of NLP answer the same question, each in "
        "its own way: counting words, reading word vectors in order, fine-tuning a pre-trained model, and asking that "
        "model a fill-in-the-blank question. Watch what each one looks at, and what it had to be given first.",
        "这句影评是正面还是负面？四代 NLP 方法用各自的方式回答同一个问题：数词、按顺序读词向量、微调预训练模型，"
        "以及向预训练模型提一道填空题。看看每种方法在看什么，又需要事先得到什么。",
    ),
    "compare.how": (
        "All four give p(label | sentence). They differ in what is learned from labels: counts per word; an LSTM "
        "on top of word vectors that needed no labels; a whole pre-trained network and a new classifier; or, with "
        "a prompt, nothing at all: the label is read off the words the model expects in the blank.",
        "四种方法都给出 p(标签 | 句子)，区别在于从标注中学什么：每个词的计数；建立在无需标注的词向量之上的 LSTM；整"
        "个预训练网络加一个新分类器；或者用提示时什么都不学：标签直接从模型期望填入空位的词中读出。",
    ),
    "compare.source": (
        "Liu et al. 2023, “Pre-train, Prompt, and Predict”, table 1 (the four paradigms).",
        "Liu 等 2023，《Pre-train, Prompt, and Predict》，表 1（四种范式）。",
    ),
    "compare.evidence.tfidf-nb": ("log-odds each word adds", "每个词贡献的对数几率"),
    "compare.evidence.word2vec-lstm": ("p(positive) after each word", "读完每个词之后的 p(正面)"),
    "compare.evidence.bert-finetune": ("change in probability when a word is hidden", "隐藏该词时概率的变化"),
    "compare.evidence.prompt": ("what the model expects in the blank", "模型期望填入空位的词"),
    "compare.unseen": ("never seen in training: $words", "训练中从未出现：$words"),
    "compare.novector": ("without a word vector: $words", "没有词向量：$words"),
    "compare.unread": (
        "words that are not in this model's vocabulary, read as [UNK]: $n",
        "不在该模型词表中、读作 [UNK] 的词：$n 个",
    ),
    "compare.answer": ("$label, $probability", "$label，$probability"),
    "compare.table": ("What each one needed, and how well it does", "各需要什么，效果如何"),
    "compare.table.note": (
        "Measured on $n held-out reviews; the interval is what $n sentences can tell (95%, Wilson). Always "
        "answering one class gives $majority. Few-shot rows are means over $seeds seeds, ± their standard "
        "deviation.",
        "在 $n 条留出的影评上测量；区间表示 $n 个句子所能说明的范围（95%，Wilson）。总猜同一类的准确率为 "
        "$majority。小样本行是 $seeds 个种子的平均值，± 为标准差。",
    ),
    "compare.column.method": ("paradigm", "范式"),
    "compare.column.labels": ("labelled examples", "标注样本"),
    "compare.column.parameters": ("trainable parameters", "可训练参数"),
    "compare.column.seconds": ("training seconds", "训练秒数"),
    "compare.column.accuracy": ("accuracy [95%]", "准确率 [95%]"),
    "compare.row": ("$method, $shots", "$method，$shots"),
    "compare.shots.0": ("no label", "零标注"),
    "compare.shots.k": ("$k per class", "每类 $k 个"),
    "compare.shots.all": ("all labels", "全部标注"),
    "compare.axis.labels": ("labelled examples in all (logarithmic)", "标注样本总数（对数轴）"),
    "compare.result.accuracy": (
        "Best here: $best with $value; with no label at all the prompt reaches $zero, always guessing one class "
        "$majority.",
        "此处最佳：$best，$value；提示在完全没有标注时达到 $zero，总猜同一类为 $majority。",
    ),
    "compare.result.curve": (
        "With $n labels the prompt reaches $prompt, fine-tuning $finetune, the LSTM $lstm, naive Bayes $bayes.",
        "用 $n 个标注样本时：提示 $prompt，微调 $finetune，LSTM $lstm，朴素贝叶斯 $bayes。",
    ),
}

"""What the word2vec + LSTM tab says."""

WORDS = {
    "lstm.idea": (
        "In goes the sentence as a row of word vectors. word2vec has learned them from raw text, without a single "
        "label: words that keep the same company lie close together, so what is learned about “great” helps with "
        "“superb” too. From labelled reviews only the reader is learned: an LSTM takes in one word after the other and "
        "keeps in its memory what matters, so that order counts and “not” can turn what follows. The price: it still "
        "learns to read from nothing, and for that it needs hundreds of labelled reviews.",
        "输入是一句话，每个词换成它的词向量。词向量由 word2vec 从无标注文本中学得：出现在相似上下文里的词彼此靠近，"
        "因此从“great”学到的东西也能用在“superb”上。需要标注来学的只有阅读的部分：LSTM 逐词读入，"
        "把要紧的内容留在记忆里，于是词序起了作用，“not”能扭转后文的意思。"
        "代价是：怎样读句子仍要从零学起，为此需要几百条以上的标注影评。",
    ),
    "lstm.how": (
        "word2vec (first line, skip-gram with negative sampling) makes the vector v of a word w good at telling a word "
        "c found near it from k words n drawn at random. The LSTM then reads the vectors x of the words one by one: "
        "the gates i, f and o, each between 0 and 1, decide what is written into the memory c, what is kept of it, and "
        "what is shown as h. One LSTM reads forwards, one backwards; of each of their units the greatest value over "
        "the words is kept, and one linear layer with softmax turns these into p. The running score asks the same "
        "network about each beginning of the sentence.",
        "word2vec（第一式，带负采样的 skip-gram）让词 w 的向量 v 能把它附近出现的词 c 与随机抽取的 k 个词 n 区分开来。"
        "随后 LSTM 依次读入各词的向量 x：门 i、f、o 都取 0 到 1 之间的值，分别决定向记忆 c 写入什么、保留多少、"
        "又把多少作为 h 输出。一个 LSTM 从左往右读，另一个从右往左读；每个单元取它在各词上的最大值，"
        "再经一个线性层和 softmax 得到 p。逐词得分就是让同一个网络依次判断句子的每个开头部分。",
    ),
    "lstm.source": (
        "Mikolov et al. 2013, “Distributed Representations of Words and Phrases and their Compositionality”, equation "
        "4; Hochreiter & Schmidhuber 1997, “Long Short-Term Memory”, section 4; the forget gate f: Gers et al. 2000; "
        "both directions: Graves & Schmidhuber 2005; the maximum over the words: Conneau et al. 2017, section 3.2.2.",
        "Mikolov 等 2013，《Distributed Representations of Words and Phrases and their Compositionality》，公式 4；"
        "Hochreiter 与 Schmidhuber 1997，《Long Short-Term Memory》，第 4 节；遗忘门 f：Gers 等 2000；"
        "双向阅读：Graves 与 Schmidhuber 2005；在各词上取最大值：Conneau 等 2017，3.2.2 节。",
    ),
    "lstm.net.words": ("words", "词"),
    "lstm.net.vectors": ("word2vec vectors", "word2vec 词向量"),
    "lstm.net.lstm": ("LSTM → and LSTM ←", "LSTM → 与 LSTM ←"),
    "lstm.net.max": ("maximum over words", "各词取最大值"),
    "lstm.net.out": ("linear, softmax", "线性层，softmax"),
    "lstm.net.vectors.size": ("$words words × $size numbers", "$words 个词 × $size 维"),
    "lstm.net.units": ("$directions × $hidden units", "$directions × $hidden 个单元"),
    "lstm.net.values": ("$n values", "$n 个值"),
    "lstm.net.no_labels": ("learned without labels", "无需标注即可学得"),
    "lstm.net.learned": ("$n learned from labels", "$n 个参数由标注学得"),
    "lstm.net.nothing": ("nothing to learn", "没有参数"),
    "lstm.running": ("The running score", "逐词得分"),
    "lstm.axis.p": ("p($label) after each word", "读完每个词之后的 p($label)"),
    "lstm.column": ("“$word”: p($label) = $p", "“$word”：p($label) = $p"),
    "lstm.column.unknown": ("“$word” has no vector: p($label) = $p", "“$word”没有词向量：p($label) = $p"),
    "lstm.result.running": (
        "“$word” moves the score most, from $before to $after; the whole sentence ends at p($label) = $p.",
        "“$word”使得分变化最大，从 $before 变为 $after；整句读完后 p($label) = $p。",
    ),
    "lstm.result.one": (
        "After its only word the sentence stands at p($label) = $p.",
        "句子只有一个词，读完后 p($label) = $p。",
    ),
    "lstm.unknown": (
        "No vector: $words. To the LSTM they are all the same unknown word.",
        "没有词向量：$words。对 LSTM 来说，它们都是同一个“未知词”。",
    ),
    "lstm.all_known": ("Every word of the sentence has a vector.", "句中每个词都有词向量。"),
    "lstm.speaker.recorded": (
        "trained on all $n labelled English reviews",
        "用全部 $n 条英文标注影评训练",
    ),
    "lstm.speaker.now": (
        "trained on $k $set per class, seed $seed, vectors: $embeddings",
        "每类 $k 条$set，种子 $seed，词向量：$embeddings",
    ),
    "lstm.speaker.stopped": (", stopped early", "，提前停止"),
    "lstm.now": ("just now", "刚刚训练"),
    "lstm.space": ("The space of words", "词的空间"),
    "lstm.word": ("Word (type one, or click one on this page)", "词（在此输入，或点击本页中的词）"),
    "lstm.word.placeholder": ("a word, such as great", "一个词，例如 great"),
    "lstm.word.none": (
        "Click a word of the sentence above, or type one here.",
        "点击上面句子中的词，或在这里输入一个词。",
    ),
    "lstm.word.many": ("These are $n words to this method; choose one:", "对这种方法来说这是 $n 个词，请选一个："),
    "lstm.word.unknown": (
        "“$word” has no vector: it is not among the $n words that word2vec has learned.",
        "“$word”没有词向量：它不在 word2vec 学过的 $n 个词之中。",
    ),
    "lstm.word.known": (
        "“$word” is number $rank of $n words by frequency.",
        "按词频排列，“$word”在 $n 个词中列第 $rank 位。",
    ),
    "lstm.near": ("Nearest to “$word”", "与“$word”最接近的词"),
    "lstm.near.nothing": ("No neighbours without a vector.", "没有词向量，也就没有近邻。"),
    "lstm.near.caption": (
        "cosine of the angle between the vectors (1: same direction)",
        "两个词向量夹角的余弦（1 表示方向相同）",
    ),
    "lstm.shown.frozen": (
        "These are the vectors the LSTM reads, learned without labels.",
        "LSTM 读的就是这些词向量，学习它们不需要标注。",
    ),
    "lstm.shown.tuned": (
        "These are the vectors as word2vec left them; your model has moved its own copy a little.",
        "这里是 word2vec 学得的词向量；你的模型在训练中对自己那一份做了微调。",
    ),
    "lstm.shown.random": (
        "Your model does not know these vectors: it began with random ones. Shown is what it did without.",
        "你的模型没有用这些词向量，而是从随机向量开始。这里展示的正是它放弃的信息。",
    ),
    "lstm.axis.pc1": ("PCA axis 1: $share of the variance", "PCA 第 1 轴：方差的 $share"),
    "lstm.axis.pc2": ("PCA axis 2: $share of the variance", "PCA 第 2 轴：方差的 $share"),
    "lstm.role.sentence": ("words of the sentence", "句中的词"),
    "lstm.role.neighbour": ("neighbours", "近邻"),
    "lstm.role.chosen": ("chosen word", "选中的词"),
    "lstm.result.map": (
        "$n words on the plane of their two principal components, which keeps $share of the variance of all $size "
        "dimensions. Click a point to choose its word.",
        "把 $n 个词投影到前两个主成分张成的平面，保留了 $size 维空间中 $share 的方差。点击一个点即可选中该词。",
    ),
    "lstm.result.map.near": (
        "Nearest to “$word” is “$near” (cosine $cosine).",
        "与“$word”最接近的是“$near”（余弦 $cosine）。",
    ),
    "lstm.result.map.none": (
        "A map needs at least two words with a vector.",
        "至少要有两个带词向量的词才能画出这张图。",
    ),
    "lstm.result.map.unknown": ("Not on the map, without a vector: $words.", "没有词向量、未画出的词：$words。"),
    "lstm.train": ("Train it yourself", "亲手训练"),
    "lstm.n": ("Labelled reviews per class", "每类标注影评数"),
    "lstm.emb": ("Word vectors", "词向量"),
    "lstm.emb.frozen": ("word2vec, frozen", "word2vec，固定"),
    "lstm.emb.tuned": ("word2vec, tuned", "word2vec，微调"),
    "lstm.emb.random": ("random, tuned", "随机，微调"),
    "lstm.emb.info": (
        "Frozen: only the LSTM learns. Tuned: the vectors learn too. Random: no word2vec at all.",
        "固定：只训练 LSTM。微调：词向量也参与训练。随机：完全不用 word2vec。",
    ),
    "lstm.column.setting": ("setting", "设置"),
    "lstm.column.yours": ("trained just now", "刚刚训练"),
    "lstm.row.labels": ("labelled examples", "标注样本"),
    "lstm.row.embeddings": ("word vectors", "词向量"),
    "lstm.row.parameters": ("trainable parameters", "可训练参数"),
    "lstm.row.seed": ("seed", "随机种子"),
    "lstm.row.seconds": ("training seconds", "训练秒数"),
    "lstm.row.accuracy": ("held-out accuracy", "留出集准确率"),
    "lstm.row.interval": ("95% interval", "95% 区间"),
    "lstm.measuring": ("measuring …", "测量中 …"),
    "lstm.table.note": (
        "Accuracy on all $n held-out $set; always guessing one class gives $majority.",
        "准确率在全部 $n 条留出的$set上测得；总猜同一类为 $majority。",
    ),
    "lstm.running.first": (
        "The score is followed through the first $n words; the answer is that of the whole text.",
        "逐词得分只显示前 $n 个词；最终回答根据全文得出。",
    ),
    "lstm.anatomy": (
        "What was frozen, trained, thrown away in the model that answers",
        "正在回答的模型里：哪些冻结、哪些训练、哪些用完即弃",
    ),
    "lstm.result.trained": (
        "With $labels labelled reviews your model gets $yours of the held-out $set right, the recorded one $recorded.",
        "用 $labels 条标注影评，你的模型在留出的$set上准确率为 $yours，已记录的模型为 $recorded。",
    ),
    "lstm.result.alone": (
        "With $labels labelled reviews your model gets $yours of the held-out $set right.",
        "用 $labels 条标注影评，你的模型在留出的$set上准确率为 $yours。",
    ),
    "lstm.result.nothing": (
        "No model is recorded for these reviews: train one to see what it reaches.",
        "这套影评没有已记录的模型：亲手训练一个，看看它能达到多少。",
    ),
    "lstm.untrained": (
        "No LSTM has read Chinese reviews in this session yet. Press “Train” below; it takes some seconds. Its vectors "
        "are learned on the spot from the same few sentences, one vector a character: do not expect much, which is "
        "what the lesson is about.",
        "本次会话里还没有训练过读中文影评的 LSTM。点击下方的“训练”，几秒钟即可完成。"
        "字向量也只用这几百句现场学得，每个字一个向量：别抱太高期望，这恰恰是要说明的问题。",
    ),
    "lstm.untrained.word": (
        "Vectors of Chinese characters are there once a model is trained.",
        "训练出模型之后，这里才有汉字的向量。",
    ),
    "lstm.result.untrained": (
        "Train a model to compare it with the recorded one.",
        "训练一个模型，与已记录的模型作比较。",
    ),
}

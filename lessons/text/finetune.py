"""What the fine-tuning tab says."""

WORDS: dict[str, tuple[str, str]] = {
    "finetune.idea": (
        "BERT has first read a great deal of plain text and guessed hidden words in it: that needed no labels and "
        "taught it how words go together. Fine-tuning puts a small new classifier on top and trains all of it, old "
        "and new, on labelled reviews. In goes the sentence, cut into word pieces; out of the state of [CLS] comes "
        "the label. What it costs: labelled examples, because the new part starts from random numbers.",
        "BERT 先读了大量普通文本，反复猜其中被遮住的词：这一步不需要标注，却让它学会了词与词如何搭配。微调就是在它"
        "上面接一个小小的新分类器，再用带标注的影评把新旧两部分一起训练。输入是切成词片的句子，标签从 [CLS] 的状态"
        "得出。代价是标注样本：新的部分一开始全凭随机，没有标注就无从学起。",
    ),
    "finetune.how": (
        "The sentence x is cut into WordPieces and framed by [CLS] and [SEP]. In every layer each token looks at "
        "all the others (self-attention), so that the last state h of [CLS] can hold what the whole sentence says. "
        "The new layers turn h into one logit per class, softmax turns logits into probabilities. Training lowers "
        "the loss, the mean of −log p(right label) in nats (the logarithm is the natural one), and changes every "
        "parameter: θ, which is pre-trained, by small steps (learning rate 1e-4 with few examples, 8e-5 with "
        "many), and W and b, which start at random.",
        "句子 x 先切成 WordPiece 词片，首尾加上 [CLS] 和 [SEP]。每一层里，每个词片都看得到其余所有词片（自注意"
        "力），因此 [CLS] 最后一层的状态 h 能够概括整句话。新的几层把 h 变成每个类别一个 logit，softmax 再把 logit "
        "变成概率。训练就是降低损失，即 −log p(正确标签) 的平均值（取自然对数，单位为奈特），全部参数都会改变：预训"
        "练得到的 θ 只作小幅调整（样本少时学习率为 1e-4，样本多时为 8e-5），W 和 b 则从随机值学起。",
    ),
    "finetune.source": (
        "Devlin et al. 2019, “BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding”, "
        "section 4.1 and appendix A.3. Layers of the classifier: Liu et al. 2019 (RoBERTa). Salience by hiding words: "
        "Li et al. 2016, “Understanding Neural Networks through Representation Erasure”, equation 1.",
        "Devlin 等 2019，《BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding》，4.1 节与"
        "附录 A.3。分类器的结构：Liu 等 2019（RoBERTa）。遮词显著性：Li 等 2016，《Understanding Neural Networks "
        "through Representation Erasure》，式 (1)。",
    ),
    # Which model speaks
    "finetune.voice.recorded": (
        "The model that answers: trained on all $n labelled reviews.",
        "正在回答的模型：用全部 $n 条标注影评训练。",
    ),
    "finetune.voice.fresh": (
        "The model that answers: trained just now on $k per class ($n labelled examples), seed $seed.",
        "正在回答的模型：刚刚用每类 $k 个样本（共 $n 个标注样本）训练，随机种子 $seed。",
    ),
    "finetune.voice.stopped": (
        "The model that answers: trained just now on $k per class ($n labelled examples), seed $seed, stopped at step "
        "$step of $total.",
        "正在回答的模型：刚刚用每类 $k 个样本（共 $n 个标注样本）训练，随机种子 $seed，停在第 $step / $total 步。",
    ),
    # What it reads
    "finetune.tokens": ("What it reads: word pieces", "读入的内容：词片"),
    "finetune.tokens.note": (
        "Height and shade: how much the last layer's [CLS] looks at each piece (attention, mean of the $heads "
        "heads; all "
        "pieces together 100%). ## continues a word; [UNK] is one that the model has no piece for. Attention is where "
        "it looks; what moved the answer is measured "
        "under “Which words carry the answer”.",
        "高度和深浅：最后一层的 [CLS] 对每个词片的注意力（$heads 个注意力头的平均，所有词片合计 100%）。## 表示接在前一"
        "词片之后，[UNK] 表示词表里没有的词。"
        "注意力只说明它看了哪里；究竟是什么左右了答案，要看下面的“哪些词决定了答案”。",
    ),
    "finetune.tokens.result": (
        "$n pieces; apart from itself and [SEP] (together $special), [CLS] looks most at “$most” ($share).",
        "共 $n 个词片；除自身和 [SEP]（合计 $special）外，[CLS] 最关注“$most”（$share）。",
    ),
    "finetune.truncated": ("Too long: word pieces not read at the end: $n.", "句子太长：最后 $n 个词片没有读入。"),
    # The diagram
    "finetune.diagram": ("From word pieces to the label", "从词片到标签"),
    "finetune.diagram.old": ("pre-trained, then adjusted", "预训练得到，微调时调整"),
    "finetune.diagram.new": ("new: starts at random", "全新：从随机值开始"),
    "finetune.diagram.count": ("$n parameters", "$n 个参数"),
    "finetune.diagram.tokens": ("$n pieces", "$n 个词片"),
    "finetune.diagram.embeddings": ("embeddings", "词嵌入层"),
    "finetune.diagram.layers": ("$n layers", "$n 层"),
    "finetune.diagram.layers_what": ("self-attention + feed-forward", "自注意力 + 前馈网络"),
    "finetune.diagram.state": ("[CLS] state", "[CLS] 的状态"),
    "finetune.diagram.state_what": ("$n numbers", "$n 个数"),
    "finetune.diagram.none": ("no parameters", "没有参数"),
    "finetune.diagram.answer": ("label", "标签"),
    "finetune.diagram.picture": (
        "$tokens columns, one per word piece, rise from the embeddings through $layers layers; at the top every column "
        "leads to the first one, [CLS].",
        "$tokens 列，每个词片一列，从词嵌入层向上穿过 $layers 层；在最上面，各列都汇向第一列 [CLS]。",
    ),
    "finetune.new": ("What is new", "新增了多少"),
    "finetune.diagram.note": (
        "Training may change $trainable parameters: $old from pre-training and $new new ones, $share of all.",
        "训练可以改动 $trainable 个参数：$old 个来自预训练，$new 个是新增的，占总数的 $share。",
    ),
    "finetune.diagram.unused": (
        "BERT's own head, which guessed the hidden words ($unused parameters), is left out. Paradigm 4 keeps it and "
        "needs nothing new.",
        "BERT 原来用来猜词的输出层（$unused 个参数）在这里弃之不用；范式 4 保留它，因此不需要新增任何参数。",
    ),
    # Logits
    "finetune.logits": ("From logits to probabilities", "从 logit 到概率"),
    "finetune.logits.class": ("class", "类别"),
    "finetune.logits.logit": ("logit z", "logit z"),
    "finetune.logits.sum": ("sum", "合计"),
    "finetune.logits.note": (
        "Softmax: each e to the z divided by their sum. Only the difference of the logits counts: $difference.",
        "softmax：每个 e 的 z 次方除以它们的总和。起作用的只是两个 logit 之差：$difference。",
    ),
    # Salience
    "finetune.salience": ("Which words carry the answer", "哪些词决定了答案"),
    "finetune.salience.note": (
        "Each word in turn is hidden behind [MASK] and the model is asked again. How far p($label) drops, in "
        "percentage "
        "points: above 0 the word speaks for $label, below 0 against it.",
        "依次用 [MASK] 遮住每个词，再问一次模型，看 p($label) 下降多少个百分点：大于 0 表示这个词支持“$label”，小于 0 "
        "表示它反对。",
    ),
    "finetune.salience.result": (
        "Without “$most” p($label) would change from $before to $after.",
        "去掉“$most”，p($label) 会从 $before 变为 $after。",
    ),
    "finetune.salience.limit": ("Only the first $n words were tried.", "只测试了前 $n 个词。"),
    # Training
    "finetune.train": ("Train it yourself", "亲手训练"),
    "finetune.train.intro": (
        "A fresh copy of BERT with a new classifier is trained on the examples that the seed draws. After that, "
        "this model answers on the tab.",
        "取一份全新的 BERT，接上新分类器，用随机种子抽出的样本训练。训练完成后，本页就由这个模型来回答。",
    ),
    "finetune.k": ("Labelled examples per class (K)", "每类标注样本数 K"),
    "finetune.k.picks": ("K =", "K ="),
    "finetune.k.all": ("$n (all)", "$n（全部）"),
    "finetune.plan": (
        "$n labelled examples, $steps steps of $batch: each example is seen about $passes times.$time",
        "$n 个标注样本，$steps 步，每步 $batch 个：每个样本约看 $passes 遍。$time",
    ),
    "finetune.plan.time": (
        " About $time where the recorded runs were made, with nothing else running; a little more for the curves.",
        "在记录时所用的机器上、没有其他任务时大约需要$time，画曲线还要多花一点时间。",
    ),
    "finetune.plan.slow": (
        "One training runs at a time: others wait until this one ends or is stopped.",
        "同一时间只运行一个训练：它结束或被停止之前，其他人需要等待。",
    ),
    "finetune.seconds": ("$n s", " $n 秒"),
    "finetune.minutes": ("$n min", " $n 分钟"),
    "finetune.measuring": (
        "Trained: $step of $total steps. Measuring on all $n held-out reviews …",
        "已训练 $step / $total 步。正在全部 $n 条留出的影评上测量 …",
    ),
    "finetune.curve.train": ("on the training examples", "训练样本"),
    "finetune.curve.none": (
        "The curves appear while the model is trained: watch how far the two accuracies come apart.",
        "训练时曲线会在这里出现：看看两条准确率曲线会拉开多大距离。",
    ),
    "finetune.curve.result": (
        "Step $step of $total: $train right on the training examples, $held_out on $n held-out reviews (95% interval "
        "$low–$high); always guessing one class gives $majority.",
        "第 $step / $total 步：训练样本上 $train 正确，$n 条留出的影评上 $held_out 正确（95% 区间 $low–$high）；"
        "总猜同一类为 $majority。",
    ),
    "finetune.curve.overfit": (
        "The gap of $gap points is overfitting: part of what the model learned holds for these examples only.",
        "两者相差 $gap 个百分点，这就是过拟合：模型学到的有一部分只适用于这些样本。",
    ),
    # The table
    "finetune.results": ("How well it does, and what it took", "效果与代价"),
    "finetune.results.model": ("model", "模型"),
    "finetune.results.yours": ("yours: $k per class, seed $seed", "你的：每类 $k 个，种子 $seed"),
    "finetune.results.yours_none": ("yours: not trained yet", "你的：尚未训练"),
    "finetune.results.now": ("just now", "刚刚"),
    "finetune.results.note": (
        "Accuracy on all $n held-out reviews with its 95% interval (Wilson); always guessing one class gives "
        "$majority. ${recorded}Your seconds include the points of the curves.",
        "在全部 $n 条留出的影评上的准确率及其 95% 区间（Wilson）；总猜同一类为 $majority。${recorded}你的秒数"
        "包含画曲线的时间。",
    ),
    "finetune.results.seeds": (
        "“$k per class” is the mean of $seeds seeds ± their standard deviation; the interval around it is what so many "
        "reviews can tell. ",
        "“每类 $k 个”是 $seeds 个种子的平均值 ± 标准差，其区间表示这么多条影评所能说明的范围。",
    ),
    # The Chinese reviews, with a backbone that reads Chinese
    "finetune.untrained": (
        "No model has been fine-tuned on the Chinese reviews in this session yet. Press “Train” below: then it answers "
        "here.",
        "本次会话里还没有用中文影评微调过的模型。点击下方的“训练”，训练完成后就由它在这里回答。",
    ),
    "finetune.untrained.evidence": (
        "There is something to see here once a model is trained.",
        "训练出模型之后，这里才有内容可看。",
    ),
}

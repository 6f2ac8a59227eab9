"""What the naive Bayes tab says."""

WORDS: dict[str, tuple[str, str]] = {
    "bayes.idea": (
        "Cut the sentence into terms (words, and runs of neighbouring words), weigh each by how rare it is, and add up "
        "what each says about the label. All that is learned from the labelled reviews is one number per term and "
        "class, found by counting, in a fraction of a second. The price: word order is lost beyond such a run, and a "
        "word never seen in training says nothing.",
        "把句子拆成词项（单词以及相邻单词组成的词组），越稀有的词项权重越大，再把每个词项对标签的“表态”加起来。"
        "从标注影评中学到的，只是每个词项在每个类别下的一个数，靠计数得到，眨眼之间就能算完。代价是：除词组内部外，"
        "词序全部丢失；训练中没见过的词不起任何作用。",
    ),
    "bayes.how": (
        "The weight w of term t in text d grows with tf, how often t stands in d, and with the rarity of t: N is "
        "the number of training reviews, df how many of them contain t. The weights of a text are scaled to length "
        "1. p(t | c) is the term's share of all the weight in the reviews of class c; the smoothing α is added for "
        "each of the |V| terms, so that a term missing from a class only makes that class less likely, not "
        "impossible. “Naive” is the assumption that, given the class, terms do not depend on each other: that "
        "turns the answer into a sum. The sum x is the log-odds of positive (pos) against negative (neg), and the "
        "logistic function makes it a probability.",
        "词项 t 在文本 d 中的权重 w 取决于两点：t 在 d 中出现的次数 tf，以及 t 有多稀有（N 是训练影评数，df 是其中"
        "含 t 的篇数）。同一文本的权重再归一化为长度 1 的向量。p(t | c) 是类别 c 的影评中 t 占全部权重的比例；平滑"
        "系数 α 给 |V| 个词项各预先加上一份，这样某类中从未出现的词项只会降低该类的概率，而不会使它直接变为 0。“朴"
        "素”是指假设：给定类别后各词项相互独立，于是答案成了一个求和式。和 x 是正面（pos）对负面（neg）的对数几率，"
        "再用 logistic 函数换算成概率。",
    ),
    "bayes.source": (
        "Manning, Raghavan & Schütze 2008, “Introduction to Information Retrieval”, sections 6.2 and 6.4.1 (tf-idf), "
        "13.2 (naive Bayes in logarithms: equation 13.4; smoothing: 13.7); tf-idf weights in place of counts: Rennie "
        "et al. 2003, “Tackling the Poor Assumptions of Naive Bayes Text Classifiers”, section 4.",
        "Manning、Raghavan、Schütze 2008，《Introduction to Information Retrieval》，6.2 与 6.4.1 节（tf-idf），"
        "13.2 节（对数形式的朴素贝叶斯：式 13.4；平滑：式 13.7）；以 tf-idf 权重代替计数：Rennie 等 2003，"
        "《Tackling the Poor Assumptions of Naive Bayes Text Classifiers》，第 4 节。",
    ),
    "bayes.n": ("Reviews per class", "每类训练影评数"),
    "bayes.n.info": ("Trains again as it moves.", "拖动即重新训练。"),
    "bayes.ngrams": ("Longest run of words", "词组最大长度"),
    "bayes.ngrams.info": (
        "2: pairs too; 3: triples too.",
        "2：含二元词组；3：含三元词组。",
    ),
    "bayes.alpha": ("Smoothing α", "平滑系数 α"),
    "bayes.alpha.info": (
        "The count every term starts with.",
        "每个词项的初始计数。",
    ),
    "bayes.model": ("Trained just now", "刚刚训练的模型"),
    "bayes.model.cost": (
        "$labels ($k per class) · $terms terms · $parameters",
        "$labels（每类 $k 个）· $terms 个词项 · $parameters",
    ),
    "bayes.model.held_out": (
        "95% interval $low–$high, on $held_out; $majority: $guess",
        "95% 区间 $low–$high，$held_out；$majority：$guess",
    ),
    "bayes.sum": ("The whole calculation", "完整的算式"),
    "bayes.axis.sum": ("← $other   sum   $label →", "← $other   累加   $label →"),
    "bayes.axis.term": ("term", "词项"),
    "bayes.prior": ("log prior", "对数先验"),
    "bayes.log_odds": ("log-odds", "对数几率"),
    "bayes.rest": ("$n weaker terms", "其余 $n 个词项"),
    "bayes.note.prior": (
        "$label against $other before any word is read: $value",
        "还没读任何词时，$label 对 $other：$value",
    ),
    "bayes.note.term": (
        "$term: tf-idf $tfidf × difference $ratio = $value",
        "$term：tf-idf $tfidf × 差 $ratio = $value",
    ),
    "bayes.note.sum": ("sum: $value", "总和：$value"),
    "bayes.column.term": ("term t", "词项 t"),
    "bayes.column.tfidf": ("tf-idf", "tf-idf"),
    "bayes.column.ratio": (
        "×\u00a0[ln\u00a0p(t|$label) −\u00a0ln\u00a0p(t|$other)]",
        "×\u00a0[ln\u00a0p(t|$label) −\u00a0ln\u00a0p(t|$other)]",
    ),
    "bayes.column.adds": ("= adds", "= 贡献"),
    "bayes.result.sum": (
        "From a log prior of $prior the terms ($n) lead to log-odds of $log_odds; “$term” counts most ($value). "
        "p($label) = 1 / (1 + e^($minus)) = $probability.",
        "对数先验（$prior）加 $n 个词项，得对数几率 $log_odds；影响最大的是“$term”（$value）。"
        "p($label) = 1 / (1 + e^($minus)) = $probability。",
    ),
    "bayes.result.prior": (
        "No word of this sentence was seen in training: only the log prior is left. "
        "p($label) = 1 / (1 + e^($minus)) = $probability.",
        "这句话里没有一个词在训练中出现过，只剩对数先验。p($label) = 1 / (1 + e^($minus)) = $probability。",
    ),
    "bayes.coloured": (
        "Colour: the log-odds a word adds; a run of words shares its part evenly.",
        "颜色表示每个词贡献的对数几率；词组的贡献由其中各词平分。",
    ),
    "bayes.unseen": (
        "Never seen in training, so they count for nothing: $words",
        "训练中从未出现，因此不计入：$words",
    ),
    "bayes.seen": ("Every word of it was seen in training.", "每个词都在训练中出现过。"),
    "bayes.telling": ("The most telling terms", "最能说明问题的词项"),
    "bayes.telling.class": ("for $label", "支持$label"),
    "bayes.telling.axis": ("ln\u00a0p(t|$label) − ln\u00a0p(t|$other)", "ln\u00a0p(t|$label) − ln\u00a0p(t|$other)"),
    "bayes.telling.result": (
        "The term that speaks most for $other is “$first”, for $label “$second”.",
        "最支持$other的词项是“$first”，最支持$label的是“$second”。",
    ),
    "bayes.confusion": ("Right and wrong on held-out reviews", "留出影评上的对与错"),
    "bayes.axis.given": ("answered", "模型的回答"),
    "bayes.axis.true": ("true label", "真实标签"),
    "bayes.result.confusion": (
        "$right of $n held-out $set are right ($value, 95% interval $low–$high); $negative taken for $positive: "
        "$first, $positive taken for $negative: $second.",
        "$n 条留出的$set答对 $right 条（$value，95% 区间 $low–$high）；$first 条$negative影评被判为$positive，"
        "$second 条$positive影评被判为$negative。",
    ),
    "bayes.errors": ("Its most confident mistakes", "最自信的错误"),
    "bayes.errors.note": (
        "$shown of $n mistakes on held-out $set, surest first: the label it gave, its probability, and the true "
        "label. Click one to see why.",
        "留出的$set上共错 $n 条，这里按把握从大到小列出 $shown 条：所给标签、概率和真实标签。"
        "点击任意一条看看错在哪里。",
    ),
    "bayes.errors.none": ("Not one mistake on the held-out reviews.", "留出的影评全部答对。"),
    "bayes.errors.true": ("truly $label", "实为$label"),
}

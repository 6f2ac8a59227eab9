"""What the playground says."""

WORDS: dict[str, tuple[str, str]] = {
    "tab.playground": ("Playground", "游乐场"),
    "playground.idea": (
        "Change one word of the question and watch a whole set of sentences change their mind. Every cell is a "
        "held-out review: filled where the model is right, crossed out where it is wrong, marked where the answer "
        "flipped since the question you keep as reference. Nothing is trained: all that changes is how you ask.",
        "把问题改一个词，看一整批句子的答案跟着变。每个小格是一条留出的影评：实心为答对，打叉为答错，"
        "与“参照问法”相比答案翻转的格子另有标记。这里不做任何训练，变的只是问法。",
    ),
    "playground.how": (
        "b sentences became right, c became wrong; the others say nothing about which question is better. If both "
        "questions were equally good, every flip would be the toss of a coin, and p is how often b + c coins fall "
        "at least as one-sidedly. One caution: whoever tries many questions on the same sentences will find a good "
        "one by luck. So choose on the dev sentences, and look at the test sentences once, at the end.",
        "b 条句子由错变对，c 条由对变错；其余句子不能说明哪种问法更好。假如两种问法一样好，每次翻转就相当于抛一次硬"
        "币，p 就是 b + c 枚硬币至少这样一边倒的概率。提醒一点：在同一批句子上试的问法多了，总会碰巧遇到一个"
        "“好”的。所以请在开发集上挑选，测试集留到最后只看一次。",
    ),
    "playground.source": (
        "McNemar 1947, “Note on the sampling error of the difference between correlated proportions”; Zhao et al. "
        "2021, “Calibrate Before Use”, section 4, on the leanings of a prompt. The lens follows Pearce & Wexler 2021, "
        "“What Have Language Models Learned?” (PAIR).",
        "McNemar 1947，《Note on the sampling error of the difference between correlated proportions》；提示自身的偏向"
        "见 Zhao 等 2021，《Calibrate Before Use》，第 4 节。透镜的画法取自 Pearce & Wexler 2021，"
        "《What Have Language Models Learned?》（PAIR）。",
    ),
    # The strip
    "playground.now": ("now", "当前"),
    "playground.before": ("reference", "参照"),
    "playground.interval": (
        "$right of $n right, 95% interval $low–$high",
        "$n 条中答对 $right 条，95% 区间 $low–$high",
    ),
    "playground.same": (
        "This is the reference itself. Change a word and the flips appear.",
        "当前问法就是参照。改一个词，翻转就会出现。",
    ),
    "playground.asking": ("The first answers come in a moment …", "马上出现第一批答案 …"),
    "playground.progress": ("$n of $all sentences so far …", "已答 $n / $all 条 …"),
    "playground.all": (
        "$n held-out sentences, no labelled example, 0 trainable parameters.",
        "$n 条留出的句子，无标注样本，0 个可训练参数。",
    ),
    "playground.difference": ("$points points", "$points 个百分点"),
    "playground.gained": ("$n became right", "$n 条由错变对"),
    "playground.lost": ("$n became wrong", "$n 条由对变错"),
    "playground.other": ("$n wrong in another way", "$n 条换了一种错法"),
    "playground.chance.none": ("No answer changed sides.", "没有一条句子由对变错或由错变对。"),
    "playground.chance.low": (
        "Fair coins would fall at least this one-sidedly in only $p of all tries: hardly luck.",
        "抛硬币至少这样一边倒的概率只有 $p：这个差别不像是偶然。",
    ),
    "playground.chance.high": (
        "Fair coins would fall at least this one-sidedly in $p of all tries: it may be luck.",
        "抛硬币至少这样一边倒的概率有 $p：可能只是碰巧。",
    ),
    "playground.commit": ("Keep this question as the reference", "把当前问法设为参照"),
    "playground.n": ("Held-out sentences", "留出句子数"),
    "playground.set": ("Taken from", "取自"),
    "playground.set.dev": ("dev (to choose on)", "开发集（用来挑选）"),
    "playground.set.test": ("test (to look at once)", "测试集（最后看一次）"),
    "playground.cell.block": ("Sentences whose label is $label", "标签为“$label”的句子"),
    "playground.cell.head": ("$label: $right of $known right", "$label：$known 条中答对 $right 条"),
    "playground.cell.cell": ("Sentence $row ($gold)", "第 $row 句（$gold）"),
    "playground.cell.said": ("answer $said, $share%", "回答“$said”，$share%"),
    "playground.cell.right": ("right", "正确"),
    "playground.cell.wrong": ("wrong", "错误"),
    "playground.cell.pending": ("not answered yet", "尚未作答"),
    "playground.cell.gained": ("became right", "由错变对"),
    "playground.cell.lost": ("became wrong", "由对变错"),
    "playground.cell.other": ("wrong in another way", "换了一种错法"),
    "playground.cell.comma": (", ", "，"),
    "playground.cell.hint": (
        "Point at a cell to read its sentence; click it to load the sentence into the box at the top. Arrow keys move.",
        "指向小格可读句子，点击则把句子载入页面顶部的输入框；方向键可在格间移动。",
    ),
    # The doctor
    "playground.doctor": ("Token doctor", "词元体检"),
    "playground.doctor.class": ("class", "类别"),
    "playground.doctor.word": ("label word", "标签词"),
    "playground.doctor.pieces": ("tokens", "词元"),
    "playground.doctor.rank": ("rank", "名次"),
    "playground.doctor.prior": ("prior", "先验"),
    "playground.doctor.leaning": (
        "What the question answers when nothing is said (average of “N/A”, [MASK] and an empty sentence). Rank and "
        "prior above are the word's own for the same inputs.",
        "什么都没说时，这个问法本身的回答（“N/A”、[MASK] 与空句三者的平均）。上表的名次与先验也是在这些输入下算出的。",
    ),
    "playground.doctor.sound": (
        "Nothing to object to: every label word is one token, and no class is strongly favoured from the start "
        "(none above $most).",
        "没有发现问题：每个标签词都是一个词元，也没有哪个类别一开始就明显占便宜（都不超过 $most）。",
    ),
    "playground.doctor.in_sentence": (
        "“$word” stands in the sentence itself: the model may expect it because it has just read it.",
        "“$word”就在句子里：模型期望它，也许只是因为刚读到过。",
    ),
    "playground.doctor.biased": (
        "Before it has read anything the question already says $label with $p: sentences it is unsure of go there.",
        "还什么都没读，这个问法就以 $p 的概率回答“$label”：拿不准的句子都会偏到那一边。",
    ),
    "playground.doctor.truncated": (
        "Tokens cut off at the end of the sentence: $n; template and sentence together may have $limit.",
        "句子末尾被截去 $n 个词元：模板与句子合计最多 $limit 个。",
    ),
    # The lens
    "playground.lens": ("Mask lens", "掩码透镜"),
    "playground.lens.about": (
        "Two blanks compared over the whole vocabulary: a word's place shows how probable it is at each. Words on "
        "the dashed line do not care about the difference; those far from it are the ones it affects. Click a "
        "point to make it a label word, or a word of the sentence to hide that instead.",
        "比较两个空位：词表中的每个词都按它在两处的概率落在图上。落在虚线上的词不受这一差别影响，离虚线越远，受的影"
        "响越大。点击一个点可把它设为标签词；点击句中的词，则改为遮住那个词。",
    ),
    "playground.lens.compare": ("Compare", "比较"),
    "playground.lens.templates": ("the reference template with yours", "参照模板与当前模板"),
    "playground.lens.sentences": ("two sentences", "两个句子"),
    "playground.lens.second": ("Second sentence", "第二个句子"),
    "playground.lens.find": ("Find a word", "查找词"),
    "playground.lens.click": ("A clicked point becomes a label word of", "点击的词设为该类的标签词"),
    "playground.lens.templates.a": ("reference →", "参照 →"),
    "playground.lens.templates.b": ("yours ↑", "当前 ↑"),
    "playground.lens.sentences.a": ("first →", "第一句 →"),
    "playground.lens.sentences.b": ("second ↑", "第二句 ↑"),
    "playground.lens.axis.templates.a": ("probability, reference template", "参照模板下的概率"),
    "playground.lens.axis.templates.b": ("probability, your template", "当前模板下的概率"),
    "playground.lens.axis.sentences.a": ("probability, first sentence", "第一句下的概率"),
    "playground.lens.axis.sentences.b": ("probability, second sentence", "第二句下的概率"),
    "playground.lens.expected": ("expected words", "较可能的词"),
    "playground.lens.found": ("found", "查到的词"),
    "playground.lens.result": (
        "The two blanks share $shared of their probability. Shaded: how many of the $n words of the vocabulary lie "
        "where; the $rest that are less probable at either blank lie outside.",
        "两个空的概率分布有 $shared 重合。阴影表示词表 $n 个词落在各处的数量；在任一空处概率更低的 $rest 个词在图外。",
    ),
    "playground.lens.word": (
        "“$word”: $a → $b, rank $rank_a → $rank_b.",
        "“$word”：$a → $b，名次 $rank_a → $rank_b。",
    ),
    "playground.lens.hide": ("Hide “$word” behind the blank", "把“$word”遮住"),
    "playground.lens.slot": (
        "The model's own first choice stands here; click to make this the blank again",
        "这里填着模型自己的首选；点击恢复为空",
    ),
    "playground.lens.templates.more.a": ("The reference expects more", "参照模板更期望的词"),
    "playground.lens.templates.more.b": ("Your template expects more", "当前模板更期望的词"),
    "playground.lens.sentences.more.a": ("Expected more after the first sentence", "第一句下更期望的词"),
    "playground.lens.sentences.more.b": ("Expected more after the second sentence", "第二句下更期望的词"),
    "playground.lens.column.word": ("word", "词"),
    "playground.lens.column.ratio": ("times", "倍数"),
    "playground.lens.column.add": ("use for", "用作"),
    "playground.lens.none": ("None: the two blanks expect the same.", "没有：两个空的期望相同。"),
    # Keep and share
    "playground.keep": ("Keep", "保存"),
    "playground.cart": ("Cart of templates", "收藏的模板"),
    "playground.cart.info": (
        "One a line; the grid takes them from here, and so does the plan below.",
        "每行一个；“网格”页和下面的方案都会取用。",
    ),
    "playground.cart.add": ("Put this template into the cart", "收藏当前模板"),
    "playground.mode": ("The plan measures", "方案测量"),
    "playground.mode.zero": ("zero-shot", "零样本"),
    "playground.mode.tuned": ("tuned, with K, seed and mode of tab 4", "微调后（K、种子与方式取自第 4 页）"),
    "playground.keep.plan": ("All of this as a plan (JSON)", "把这一切存为方案（JSON）"),
    "playground.keep.plan.about": (
        "The templates of the cart, this one and the reference, with the label words of both: "
        "python -m paradigms sweep plan.json runs it as it stands.",
        "包含收藏的模板、当前模板与参照模板，以及两组标签词：python -m paradigms sweep plan.json 可原样运行。",
    ),
    "playground.keep.paradigms": ("The numbers above in Python", "用 Python 重现上面的数字"),
    "playground.keep.paradigms.about": ("Against this project's own package.", "使用本项目自带的软件包。"),
    "playground.keep.transformers": ("The same with transformers alone", "只用 transformers 的写法"),
    "playground.keep.transformers.about": (
        "A sentence at a time and in fp32: slower, and a sentence on the edge may fall to the other side.",
        "逐句计算，使用 fp32：更慢，个别恰在边界上的句子可能落到另一边。",
    ),
    "playground.copy": ("Copy", "复制"),
    "playground.copied": ("Copied", "已复制"),
    "playground.save": ("Save $file", "保存 $file"),
    "playground.link": ("A link for the class", "给全班的链接"),
    "playground.link.about": (
        "The address holds every text and setting of all tabs (not what was trained, computed or loaded from a "
        "file). Tick what the class should not see; whoever opens the link finds the rest as it is now.",
        "网址记录了各标签页里的全部文字与设置（训练出的模型、算出的结果和读入的文件不在其中）。勾选不想让学生看到的"
        "部分；打开链接的人会看到其余内容，与现在一样。",
    ),
    "playground.link.tabs": ("Hide tabs:", "隐藏标签页："),
    "playground.link.parts": ("Hide parts:", "隐藏部分："),
    "playground.link.template": ("template", "模板"),
    "playground.link.verbalizer": ("label words", "标签词"),
    "playground.link.doctor": ("token doctor", "词元体检"),
    "playground.link.lens": ("mask lens", "掩码透镜"),
    "playground.link.keep": ("keep and share", "保存与分享"),
    "playground.link.training": ("training", "训练"),
    "playground.link.language": ("keep to English", "固定为中文"),
}

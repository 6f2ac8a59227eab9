"""What the search tab says."""

WORDS: dict[str, tuple[str, str]] = {
    "tab.search": ("Search", "自动搜索"),
    "search.idea": (
        "Who says that a person has to write the prompt? A handful of labelled examples can choose it. In goes the "
        "model, unchanged, and a few labelled sentences of each class; out comes a template or a set of label "
        "words that the model itself finds fitting. Mostly nothing is trained, only tried: it costs a few hundred "
        "forward passes. What is chosen on so few sentences is flattered by them, so the result counts only on "
        "sentences the search has not seen.",
        "提示一定要由人来写吗？少量标注样本就能把它选出来。输入是原封不动的模型和每类若干个标注句子；输出是模型自己"
        "觉得合适的模板或标签词。多数方法并不训练，只是反复尝试，代价是几百次前向计算。在这么少的句子上挑出来的结果"
        "总会偏乐观，因此只有在搜索没见过的句子上测得的成绩才算数。",
    ),
    "search.how": (
        "Generate: n masks stand between the sentence and the label word of its own class, and a beam search fills "
        "them from left to right with the words that are likeliest on average over the sentences of all classes. "
        "AutoPrompt: three trigger words start at random; the gradient of the loss at a word's embedding says which "
        "other words would lower the loss most (HotFlip), the most promising are tried, and the best is kept if it "
        "does lower it. Edit: words of a template are left out, exchanged, replaced or put in. Label words: the "
        "likeliest words of each class are combined and ranked again. All are ranked by the mean of −log p(right "
        "label) on the labelled examples.",
        "生成：在句子与其所属类别的标签词之间放 n 个掩码，用束搜索从左到右填入对所有类别的句子平均概率最高的词。"
        "AutoPrompt：三个触发词从随机词出发；损失对词向量的梯度指出换成哪些词损失下降最多（HotFlip），把最有希望的几个实际"
        "试一遍，损失确实下降才替换。编辑：对模板中的词做删除、交换、替换或插入。标签词：取各类别概率最高的词，两两组合后重新"
        "排序。排序标准都是标注样本上 −log p(正确标签) 的均值。",
    ),
    "search.source": (
        "Gao et al. 2021, “Making Pre-trained Language Models Better Few-shot Learners” (LM-BFF), section 5; Shin et "
        "al. 2020, “AutoPrompt”, section 2.2; Prasad et al. 2023, “GrIPS”, section 3; Hu et al. 2022, “Knowledgeable "
        "Prompt-tuning”, section 3; Hambardzumyan et al. 2021, “WARP”, section 3.",
        "Gao 等 2021，《Making Pre-trained Language Models Better Few-shot Learners》（LM-BFF），第 5 节；Shin 等 "
        "2020，《AutoPrompt》，第 2.2 节；Prasad 等 2023，《GrIPS》，第 3 节；Hu 等 2022，《Knowledgeable "
        "Prompt-tuning》，第 3 节；Hambardzumyan 等 2021，《WARP》，第 3 节。",
    ),
    # Where it starts
    "search.start": (
        "From tab 4: the template “$template” and the label words $words. The template search uses the label words, "
        "the word search the template; change them there.",
        "取自第 4 页：模板“$template”，标签词 $words。搜索模板时使用这些标签词，搜索标签词时使用这个模板；"
        "可到第 4 页修改。",
    ),
    "search.k": ("Labelled examples per class", "每类标注样本数"),
    "search.se_tune": ("After the search", "搜索之后"),
    "search.se_tune.off": ("stop there", "到此为止"),
    "search.se_tune.on": ("fine-tune with what was found", "用搜到的提示微调"),
    "search.changed": (
        "Shown is a search on $k per class, seed $seed, from “$template” with $words. Search again for what is chosen "
        "now.",
        "下面显示的是每类 $k 个样本、种子 $seed、从“$template”与 $words 出发的搜索结果。要换成当前的选择，请重新搜索。",
    ),
    "search.changed.words": (
        "Shown is a search on $k per class, seed $seed, with $words. Search again for what is chosen now.",
        "下面显示的是每类 $k 个样本、种子 $seed、标签词 $words 的搜索结果。要换成当前的选择，请重新搜索。",
    ),
    "search.anatomy": ("$how: what is frozen, trained, thrown away", "$how：哪些冻结、哪些训练、哪些用完即弃"),
    "anatomy.part.searched": ("words found by the search", "搜索得到的词"),
    "anatomy.part.weights": ("fill-in head (MLM head) and a weight per word", "填词头（MLM head），每词一个权重"),
    "anatomy.part.soft": ("fill-in head (MLM head) and a vector per class", "填词头（MLM head），每类一个向量"),
    # Templates
    "search.template": ("Search for a template", "搜索模板"),
    "search.se_how": ("How", "方式"),
    "search.se_how.generate": ("Generate (LM-BFF)", "生成（LM-BFF）"),
    "search.se_how.gradient": ("Gradient (AutoPrompt)", "梯度（AutoPrompt）"),
    "search.se_how.edit": ("Edit (GrIPS)", "编辑（GrIPS）"),
    "search.about.generate": (
        "The model writes one to four words between the sentence and its label word. LM-BFF asks T5; here the same "
        "masked language model does it.",
        "让模型在句子与标签词之间写一到四个词。LM-BFF 用的是 T5，这里由同一个掩码语言模型完成。",
    ),
    "search.about.gradient": (
        "Three trigger words, swapped one at a time where the gradient points. What comes out need not make sense to a "
        "reader.",
        "三个触发词，沿梯度指示的方向一次换一个。得到的词不一定读得通。",
    ),
    "search.about.edit": (
        "From the template of tab 4 to its best neighbour, twice. New words are those that the model would rather see "
        "there.",
        "从第 4 页的模板走到最好的相邻模板，一共走两步。新词取自模型认为更适合该位置的词。",
    ),
    "search.template.go": ("Search for a template", "开始搜索模板"),
    "search.candidates": ("Candidates", "候选"),
    "search.candidates.note": (
        "Ranked on the $n labelled examples alone. A click carries one to tab 4, + puts it into the playground's cart.",
        "只用这 $n 个标注样本排序。点击可带到第 4 页，点 + 可加入游乐场的收藏。",
    ),
    "search.column.template": ("Template", "模板"),
    "search.column.words": ("Label words", "标签词"),
    "search.column.right": ("Right of $n", "$n 句中答对"),
    "search.column.loss": ("Loss", "损失"),
    "search.by_hand": ("by hand", "手写"),
    "search.more": ("and $n more", "另有 $n 个"),
    "search.carry.template": ("Carry this template to tab 4", "把这个模板带到第 4 页"),
    "search.carry.cart": ("Put $template into the playground's cart", "把 $template 加入游乐场的收藏"),
    "search.carry.words": ("Carry these label words to tab 4", "把这些标签词带到第 4 页"),
    "search.carry.word": (
        "Put it among the label words of “$label” in tab 4, or take it away",
        "加入第 4 页“$label”的标签词，再点一次则移除",
    ),
    "search.carried.template": ("Tab 4 now has the template $template", "第 4 页的模板已换成 $template"),
    "search.carried.cart": ("In the playground's cart: $template", "已加入游乐场的收藏：$template"),
    "search.carried.words": ("Tab 4 now has the label words $words", "第 4 页的标签词已换成 $words"),
    "search.first": (
        "Where the beam begins: the likeliest single words between a sentence and its label word, with their "
        "probability (geometric mean over the examples).",
        "束搜索的起点：在句子与标签词之间只填一个词时，概率最高的词及其概率（对样本取几何平均）。",
    ),
    "search.chart.tried": ("a candidate", "候选"),
    "search.chart.best": ("best so far", "当前最好"),
    "search.chart.held_out": ("held-out accuracy of the best (right axis)", "当前最好的留出准确率（右轴）"),
    "search.chart.by_hand": ("by hand", "手写"),
    "search.chart.loss": ("loss on the labelled examples (nats)", "标注样本上的损失（奈特）"),
    "search.chart.accuracy": ("accuracy on held-out reviews", "留出影评上的准确率"),
    "search.chart.none": (
        "The loss of every candidate appears here during a search.",
        "搜索时，每个候选的损失会显示在这里。",
    ),
    "search.chart.result": (
        "$tried candidates tried; best so far $template with a loss of $loss, by hand $hand.",
        "已尝试 $tried 个候选；当前最好的是 $template，损失 $loss，手写模板为 $hand。",
    ),
    "search.chart.result.held_out": (
        " On $n held-out reviews it is right in $share.",
        "它在 $n 条留出影评上的准确率为 $share。",
    ),
    "search.steps": ("The way there", "搜索轨迹"),
    "search.steps.note": (
        "Every step at which the best changed; what is new in it is marked.",
        "列出最优候选发生变化的每一步，新换的词已标出。",
    ),
    "search.steps.none": ("The steps appear during a search.", "搜索时会逐步显示。"),
    "search.steps.step": ("Step", "步"),
    "search.steps.template": ("Template", "模板"),
    "search.steps.loss": ("Loss", "损失"),
    # Label words
    "search.words": ("Search for label words", "搜索标签词"),
    "search.se_words": ("How", "方式"),
    "search.se_words.likelihood": ("Likeliest (LM-BFF)", "最可能的词（LM-BFF）"),
    "search.se_words.several": ("Several words", "多个词"),
    "search.se_words.neighbours": ("Nearest words", "近邻词"),
    "search.se_words.weights": ("Learned weights", "学习权重"),
    "search.se_words.soft": ("Soft (WARP)", "软标签词（WARP）"),
    "search.about.likelihood": (
        "What does the model itself put into the blank for the sentences of each class? All pairs of those words "
        "are ranked. No label word has to be given.",
        "对每个类别的句子，模型自己会在空位填什么词？把这些词两两组合并排序。不需要给出任何标签词。",
    ),
    "search.about.several": (
        "Begins with the best pair that “Likeliest” finds and adds one word after the other: of the words likely "
        "for a class, the one that fits the examples best, as long as it helps. The more examples, the better its "
        "choice.",
        "从“最可能的词”找到的最优词对出发，逐个添加词：在某一类别可能的词中，选最符合样本的那个，只要有帮助就继续。"
        "样本越多，选得越好。",
    ),
    "search.about.neighbours": (
        "The label words of tab 4 and their neighbours in the model's embedding table. How many neighbours to take is "
        "decided on the examples.",
        "第 4 页的标签词，加上它们在模型词嵌入表中的近邻。取多少个近邻由样本决定。",
    ),
    "search.about.weights": (
        "The same words, each with a weight that is learned: one number per word, the model frozen. Fine-tuning "
        "after the search has no effect here.",
        "同样的词，每个词学一个权重：每词只有一个数，模型冻结。“搜索之后”的微调在此不起作用。",
    ),
    "search.about.soft": (
        "No word at all: a vector per class takes the place of a row of the embedding table and is trained, the "
        "model frozen. Fine-tuning after the search has no effect here.",
        "完全不用词：每个类别用一个可训练的向量代替词嵌入表中的一行，模型冻结。“搜索之后”的微调在此不起作用。",
    ),
    "search.words.go": ("Search for label words", "开始搜索标签词"),
    "search.words.likelihood": ("What the model fills in for each class", "模型为每个类别填入的词"),
    "search.words.likelihood.note": (
        "Probability at [MASK], geometric mean over the class's own sentences; $n examples in all. A click adds a word "
        "to tab 4.",
        "[MASK] 处的概率，对该类句子取几何平均；共 $n 个样本。点击可把词加到第 4 页。",
    ),
    "search.words.neighbours": ("Neighbours in the embedding table", "词嵌入表中的近邻"),
    "search.words.neighbours.note": (
        "Cosine with the nearest label word. A word counts for the class it is nearer to. A click adds it to tab 4.",
        "与最近的标签词的余弦。词归入离它更近的类别。点击可加到第 4 页。",
    ),
    "search.words.weights": ("The weight of each word", "每个词的权重"),
    "search.words.weights.note": (
        "The weights of a class sum to 100%; before training all are equal. Trained on $n examples.",
        "每个类别的权重之和为 100%；训练前全部相等。用 $n 个样本训练。",
    ),
    "search.words.soft": ("Words nearest to each class's vector", "离每个类别向量最近的词"),
    "search.words.soft.note": (
        "Cosine with the vector, which starts at the label word. The words say roughly where it lies, not what it "
        "does. Trained on $n examples.",
        "与类别向量的余弦；向量从标签词出发。这些词只能大致说明它的位置，说明不了它的作用。用 $n 个样本训练。",
    ),
    "search.words.soft.drift": (
        "Moved, in lengths of the start: $moved.",
        "移动的距离（以起点向量长度为单位）：$moved。",
    ),
    "search.plane.likelihood": ("mean log-probability, $label sentences", "$label句子上的平均对数概率"),
    "search.plane.neighbours": ("cosine with a $label label word", "与$label标签词的余弦"),
    "search.plane.result": (
        "Farthest from the diagonal: “$negative” on the $first side, “$positive” on the $second side. Words on the "
        "diagonal fit both classes alike. Large: the label words of the best candidate.",
        "离对角线最远的：$first一侧是“$negative”，$second一侧是“$positive”。对角线上的词对两类同样合适。大点为最优候选的标签词。",
    ),
    "search.status.idle": ("Nothing searched yet in this session.", "本次会话中尚未搜索。"),
    "search.status.begin": ("The search begins …", "搜索开始 …"),
    "search.status.running": (
        "Searching: step $step of $total, $seconds s",
        "搜索中：第 $step / $total 步，$seconds 秒",
    ),
    "search.status.done": ("Done: $total steps in $seconds s.", "完成：共 $total 步，用时 $seconds 秒。"),
    # Results
    "search.results": ("On sentences the search has not seen", "在搜索没见过的句子上"),
    "search.results.none": (
        "After a search, its winner is measured here beside the prompt written by hand.",
        "搜索结束后，这里会给出胜者与手写提示的对比。",
    ),
    "search.results.question": ("Prompt", "提示"),
    "search.results.examples": ("On the examples", "标注样本上"),
    "search.results.held_out": ("Held-out [95% interval]", "留出 [95% 区间]"),
    "search.results.labels": ("Labelled examples", "标注样本"),
    "search.results.trained": ("Trained parameters", "训练的参数"),
    "search.results.seconds": ("Seconds", "秒"),
    "search.results.note": (
        "Chosen on $n labelled examples, measured on $held_out held-out reviews; always guessing one class gives "
        "$majority. How much the first number flatters is the winner's curse.",
        "在 $n 个标注样本上挑选，在 $held_out 条留出影评上测量；总猜同一类为 $majority。前一列"
        "比后一列高出的部分就是“赢家诅咒”。",
    ),
    "search.row.by_hand": ("by hand", "手写"),
    "search.row.found": ("found", "搜到"),
    "search.row.found_tuned": ("found, then fine-tuned", "搜到，再微调"),
    "search.row.by_hand_tuned": ("by hand, then fine-tuned", "手写，再微调"),
}

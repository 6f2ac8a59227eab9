"""What the tab "In-context learning" says."""

WORDS: dict[str, tuple[str, str]] = {
    "tab.context": ("In-context", "上下文学习"),
    "method.demonstrations": ("Demonstrations", "示例提示"),
    "context.idea": (
        "No weight is changed. A few answered examples, called demonstrations, are written before the question, "
        "and the model is expected to go on in the same way. Zero-shot shows none, one-shot one, few-shot several. "
        "It costs no training, only a longer input. Choose the demonstrations, change their order, and watch how "
        "far the answer depends on it, and whether a model this small gains anything at all.",
        "不改动任何权重。把几个带答案的例子（称为示例，demonstration）写在问题前面，期望模型照样子接着答。零样本不"
        "给示例，单样本给一个，小样本给几个。不需要训练，只是输入变长。挑选示例、调换顺序，看看答案受多大影响，再看"
        "看这么小的模型究竟能不能从中受益。",
    ),
    "context.how": (
        "Each demonstration is the same template, filled with an example and with the label word of its class in "
        "the blank. For the model this is just more words before the question, so it can use at most as many "
        "demonstrations as fit into its length; those that do not fit are named. A model also leans to one label "
        "before it has read the question: calibration asks it with an input without content (“N/A”, the mask, "
        "nothing), takes this answer as the prior and divides by it.",
        "每个示例用的是同一个模板：填入一个例子，并把其类别的标签词写进空位。对模型来说，这只是问题前面多了些词，所"
        "以示例的总长不能超过模型的长度上限，放不下的会列出来。模型还没读到问题，就已经偏向某个标签；校准的做法是："
        "先用没有内容的输入（“N/A”、掩码、空串）提问，把得到的答案当作先验，再用它去除。",
    ),
    "context.source": (
        "Brown et al. 2020, “Language Models are Few-Shot Learners”, section 2; Gao et al. 2021, “Making Pre-trained "
        "Language Models Better Few-shot Learners”, section 6; Zhao et al. 2021, “Calibrate Before Use”, sections 3 "
        "and 5.",
        "Brown 等 2020，《Language Models are Few-Shot Learners》，第 2 节；Gao 等 2021，《Making Pre-trained Language "
        "Models Better Few-shot Learners》，第 6 节；Zhao 等 2021，《Calibrate Before Use》，第 3、5 节。",
    ),
    # Which demonstrations
    "context.choose": ("Choose the demonstrations", "如何挑选示例"),
    "context.choose.similar": ("by similarity", "按相似度"),
    "context.choose.random": ("at random", "随机"),
    "context.choose.hand": ("by hand", "手动"),
    "context.n": ("How many", "示例个数"),
    "context.calibrate": ("Calibration", "校准"),
    "context.calibrate.off": ("off", "关"),
    "context.calibrate.on": ("on", "开"),
    "context.task": ("Task description (first line of the prompt)", "任务说明（提示的第一行）"),
    "context.task.placeholder": (
        "such as: Film reviews and what they say.",
        "例如：Film reviews and what they say.",
    ),
    "context.hand": ("Demonstrations by hand", "手动填写的示例"),
    "context.hand.info": (
        "One a line: label | text. Moving, removing or adding a demonstration writes the list into this box.",
        "每行一个：标签 | 文本。移动、删除或添加示例后，列表会写到这里。",
    ),
    "context.source.hand": (
        "Written by hand: $n · 0 trainable parameters · template and label words of tab 4: “$template”, $words",
        "手动填写：$n 条 · 0 个可训练参数 · 模板与标签词取自第 4 页：“$template”，$words",
    ),
    "context.source.line": (
        "Chosen from $n labelled reviews ($k per class, seed $seed) · 0 trainable parameters · template and label "
        "words of tab 4: “$template”, $words",
        "从 $n 条标注影评（每类 $k 条，种子 $seed）中挑选 · 0 个可训练参数 · 模板与标签词取自第 4 页："
        "“$template”，$words",
    ),
    "context.list": ("Demonstrations ($n): drag them, or use the arrows", "示例（$n 个）：可拖动，也可用箭头调整"),
    "context.list.none": ("None: this is zero-shot.", "没有示例：这就是零样本。"),
    "context.up": ("Move demonstration $n up", "上移示例 $n"),
    "context.down": ("Move demonstration $n down", "下移示例 $n"),
    "context.drop": ("Remove demonstration $n", "删除示例 $n"),
    "context.near": ("similarity $value", "相似度 $value"),
    "context.add": ("Add another (the colour is its label)", "再加一个（颜色表示标签）"),
    # The prompt
    "context.prompt": ("The prompt in full", "完整的提示"),
    "context.legend.task": ("task description", "任务说明"),
    "context.legend.demonstration": ("demonstration, its answer in bold", "示例，粗体为答案"),
    "context.legend.question": ("question", "问题"),
    "context.part.task": ("task description", "任务说明"),
    "context.part.demonstration": ("demonstration: $label", "示例：$label"),
    "context.part.question": ("question", "问题"),
    "context.room": ("$used of $limit tokens.", "共 $used 个词元，上限 $limit。"),
    "context.all_fit": ("Everything fits.", "全部放得下。"),
    "context.left_out": ("No room for $n: $texts", "放不下的有 $n 个：$texts"),
    # One sentence
    "context.answers": ("This sentence, three prompts", "同一句话，三种提示"),
    "context.shots.zero": ("zero-shot", "零样本"),
    "context.shots.one": ("one-shot", "单样本"),
    "context.shots.few": ("as chosen", "按当前示例"),
    "context.shots.n": ("$n shown", "$n 个示例"),
    # Over many sentences
    "context.compare": ("Zero, one, few, over many sentences", "零样本、单样本、小样本：在许多句子上"),
    "context.sentences": ("Held-out reviews", "留出的影评条数"),
    "context.compare.note": (
        "The three prompts answer the same held-out reviews; bars are 95% intervals.",
        "三种提示回答同一批留出的影评；横线为 95% 区间。",
    ),
    "context.compare.recorded": (
        "On $n held-out reviews; bars are one standard deviation over draws, for zero-shot the 95% interval.",
        "在 $n 条留出的影评上；横线为多次抽取的一个标准差，零样本为 95% 区间。",
    ),
    "context.orders": ("Every order of the demonstrations", "示例的所有排列顺序"),
    "context.orders.note": (
        "Up to five of the demonstrations above in every order, each on the same $n held-out reviews: 4 have 24 "
        "orders, 5 have 120. Nothing else changes.",
        "取上面的示例（最多五个），逐一尝试每种排列，每种都在同样的 $n 条留出影评上测量：4 个示例有 24 种排列，"
        "5 个有 120 种。其余一概不变。",
    ),
    "context.orders.recorded": ("On $n held-out reviews.", "在 $n 条留出的影评上。"),
    "context.orders.few": (
        "At least two demonstrations are needed to have an order: raise the number, or add some.",
        "至少要有两个示例才谈得上顺序：请增大个数，或再添加示例。",
    ),
    "context.measure": ("Measure", "测量"),
    "context.running": ("Measuring: $step of $total", "测量中：$step / $total"),
    "context.done": ("Measured in $seconds s.", "测量完成，用时 $seconds 秒。"),
    "context.stopped": ("Stopped after $step of $total.", "在 $step / $total 处停止。"),
    "context.bar": ("$n shown", "$n 个示例"),
    "context.plain": ("as answered", "原始答案"),
    "context.calibrated": ("calibrated", "校准后"),
    "context.axis.orders": ("number of orders", "排列数"),
    "context.finding": (
        "On these $n sentences the prompt is right on $zero without demonstrations, on $one with one, on $few with "
        "those chosen above. From none to these: $gained became right, $lost became wrong, $gain points (95% "
        "interval $low to $high). ",
        "在这 $n 句上，无示例时正确率 $zero，一个示例 $one，当前示例 $few。从无示例到当前示例：$gained 句由错变对，"
        "$lost 句由对变错，差 $gain 个百分点（95% 区间 $low 到 $high）。",
    ),
    "context.finding.more": (
        "Here the demonstrations help, by more than chance explains.",
        "在这里示例有帮助，且超出了偶然所能解释的范围。",
    ),
    "context.finding.less": (
        "Here the demonstrations do harm. In-context learning was shown in models of billions of parameters (Brown "
        "et al. 2020); this one has $size million.",
        "在这里示例反而有害。上下文学习是在数十亿参数以上的模型中得到验证的（Brown 等 2020），而这个模型只有 $wan "
        "万参数。",
    ),
    "context.finding.same": (
        "These sentences cannot tell whether the demonstrations help a model of $size million parameters: measure "
        "on more.",
        "这些句子不足以判断示例对这个 $wan 万参数的模型有没有帮助：请多测一些句子。",
    ),
    "context.recorded.less": (
        "On $n held-out reviews zero-shot is right on $zero, calibrated on $zero_calibrated; the best number of "
        "demonstrations ($how) on $best, the best calibrated one on $calibrated: with demonstrations this model of "
        "$size million parameters stays at or below its best without.",
        "在 $n 条留出的影评上，零样本正确率 $zero，校准后 $zero_calibrated；最好的示例方案（$how）为 $best，校准后"
        "最好为 $calibrated：加上示例后，这个 $wan 万参数的模型并未超过它不用示例时的最好成绩。",
    ),
    "context.recorded.more": (
        "On $n held-out reviews zero-shot is right on $zero, calibrated on $zero_calibrated; the best number of "
        "demonstrations ($how) on $best, the best calibrated one on $calibrated. The model has $size million "
        "parameters.",
        "在 $n 条留出的影评上，零样本正确率 $zero，校准后 $zero_calibrated；最好的示例方案（$how）为 $best，"
        "校准后最好为 $calibrated。该模型有 $wan 万参数。",
    ),
    "context.orders.result": (
        "$done of $total orders, $n sentences each: as answered, accuracy runs from $plain_low to $plain_high "
        "(standard deviation $plain_deviation points); calibrated, from $calibrated_low to $calibrated_high "
        "($calibrated_deviation points). ",
        "$total 种排列中的 $done 种，每种 $n 句：原始答案的准确率从 $plain_low 到 $plain_high（标准差 "
        "$plain_deviation 个百分点）；校准后从 $calibrated_low 到 $calibrated_high（$calibrated_deviation 个百分"
        "点）。",
    ),
    "context.orders.narrower": (
        "Calibration narrows the spread that the order alone makes.",
        "校准缩小了单由顺序造成的差距。",
    ),
    "context.orders.not_narrower": (
        "Calibration does not narrow the spread here.",
        "在这里校准并没有缩小差距。",
    ),
}

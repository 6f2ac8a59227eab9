"""What the PET tab says."""

WORDS: dict[str, tuple[str, str]] = {
    "tab.pet": ("PET", "PET"),
    "pet.idea": (
        "There are many ways to ask, and nobody knows beforehand which is the right one. PET does not choose: it "
        "takes several patterns (templates), each with its own label words, trains a language model for each on "
        "the few labelled examples, and lets them all answer a heap of unlabelled texts. From these answers, soft "
        "labels, a conventional classifier learns. In the end only the classifier is kept: the prompts were "
        "scaffolding.",
        "同一个问题有许多问法，事先谁也不知道哪种最好。PET 干脆不选：它取几个模式（即模板），各配一组标签词，用少量"
        "标注样本为每个模式各训练一个语言模型，再让它们一起回答一大批无标注文本。这些回答就是软标签，一个普通的分类"
        "器从中学习。最后只留下这个分类器：提示不过是脚手架。",
    ),
    "pet.how": (
        "Each pair p of a pattern and label words gives scores s_p. Its model is fine-tuned on the cross-entropy "
        "at the blank, L_CE, and a little (α) of the pre-training loss L_MLM on unlabelled text, so that it does "
        "not forget what it was. The scores are averaged with weights w(p): all equal, or each pair's accuracy on "
        "the labelled examples before training. The temperature T = 2 makes the labels q softer, so that the "
        "classifier also learns how sure they were. iPET repeats this: in each further generation every model is "
        "trained on five times as many examples, which others have labelled.",
        "每个“模式—标签词”对 p 给出得分 s_p。对应的模型在空位处的交叉熵 L_CE 上微调，并掺入一点（α）无标注文本上的"
        "预训练损失 L_MLM，以免忘掉原先的本领。得分按权重 w(p) 平均：要么一律相等，要么取该对在训练前对标注样本的准"
        "确率。温度 T = 2 使标签 q 更软，分类器由此还能学到“有多大把握”。iPET 则反复进行：每多一代，每个模型的训练"
        "样本增至五倍，多出来的由其他模型标注。",
    ),
    "pet.source": (
        "Schick & Schütze 2021, “Exploiting Cloze Questions for Few Shot Text Classification and Natural Language "
        "Inference”, section 3 (loss: 3.1 and 3.2; ensemble: 3.3; iPET: 3.4).",
        "Schick & Schütze 2021，《Exploiting Cloze Questions for Few Shot Text Classification and Natural Language "
        "Inference》，第 3 节（损失：3.1 与 3.2；集成：3.3；iPET：3.4）。",
    ),
    # The pairs
    "pet.pairs": ("Pattern-verbalizer pairs", "模式—标签词对"),
    "pet.pairs.info": (
        "One a line: a pattern with {text} and [MASK], a bar, then the negative and the positive label words.",
        "每行一对：含 {text} 与 [MASK] 的模式，竖线，然后是负面与正面的标签词。",
    ),
    "pet.pairs.good": ("Pairs that can be asked: $n.", "可提问的对数：$n。"),
    "pet.line": ("Line $n: ", "第 $n 行："),
    "pet.pairs.say": ("What each pair says, before any training", "训练之前，每一对各怎么说"),
    "pet.column.pair": ("pattern, filled", "填好的模式"),
    "pet.column.words": ("label words", "标签词"),
    "pet.column.weight": ("weight", "权重"),
    "pet.column.answer": ("answer", "回答"),
    "pet.vote": ("Weighted vote of all pairs", "各对加权投票"),
    "pet.agree": ("On this sentence there is no disagreement (pairs: $n).", "$n 种问法对这句话的判断一致。"),
    "pet.differ": (
        "The $n pairs do not agree on this sentence: how one asks decides.",
        "$n 种问法对这句话的判断不一：结果取决于怎么问。",
    ),
    "pet.zero": (
        "The pairs answer zero-shot, with no parameter trained; labels, if any, only set the weights.",
        "各对的回答均为零样本，未训练任何参数；标注（若有）只用来定权重。",
    ),
    "pet.weights.accuracy": (
        "Weights: zero-shot accuracy on the $n labelled examples (seed $seed), divided by their sum.",
        "权重：训练前在 $n 个标注样本（种子 $seed）上的准确率，再除以总和。",
    ),
    "pet.weights.uniform": ("Weights: all equal.", "权重：全部相等。"),
    "pet.weighting": ("Weights of the vote", "投票权重"),
    "pet.weighting.accuracy": ("accuracy before training", "训练前的准确率"),
    "pet.weighting.uniform": ("all equal", "全部相等"),
    # Training
    "pet.train": ("Train the pairs, let them teach, throw them away", "训练各对，让它们当老师，最后丢弃"),
    "pet.train.note": (
        "With K = 0 nothing is labelled: the pairs teach as they are. Each further generation of iPET trains every "
        "pair anew and takes accordingly longer; Stop keeps what is measured so far.",
        "K = 0 时没有任何标注：各对不经训练直接施教。iPET 每多一代，所有的对都要重新训练，耗时相应增加；"
        "停止后保留已测得的结果。",
    ),
    "pet.k": ("Labelled examples per class (K)", "每类标注样本数（K）"),
    "pet.texts": ("Unlabelled texts", "无标注文本数"),
    "pet.generations": ("Further generations (iPET)", "后续代数（iPET）"),
    "pet.seed": ("Seed", "随机种子"),
    "pet.plan": (
        "$n labelled examples, seed $seed, and $texts texts without their labels · $pairs pairs, $models models to "
        "train, then one classifier · beside it fine-tuning with the same examples.",
        "$n 个标注样本（种子 $seed），另有 $texts 条不带标注的文本 · $pairs 对，共训练 $models 个模型，再训练一个"
        "分类器 · 并与使用同样样本的微调对照。",
    ),
    "pet.plan.none": (
        "No labelled example, seed $seed, and $texts texts without labels · $pairs pairs, $models models to train, "
        "then one classifier. Fine-tuning has nothing to learn from.",
        "没有标注样本（种子 $seed），只有 $texts 条不带标注的文本 · $pairs 对，共训练 $models 个模型，"
        "再训练一个分类器。微调则无从学起。",
    ),
    "pet.anatomy.teachers": ("The teachers: one language model per pair", "教师：每一对各有一个语言模型"),
    "pet.anatomy.teachers.none": (
        "The teacher: one untrained language model, asked with every pair",
        "教师：同一个未经训练的语言模型，逐对提问",
    ),
    "pet.anatomy.student": ("The classifier that they teach", "由它们教出的分类器"),
    "pet.stage.pair": ("Pair $pair of $pairs", "第 $pair / $pairs 对"),
    "pet.stage.generation": ("Generation $generation, pair $pair of $pairs", "第 $generation 代，第 $pair / $pairs 对"),
    "pet.stage.student": ("The classifier learns the soft labels", "分类器学习软标签"),
    "pet.measuring": ("Asking the untrained pairs about the held-out reviews …", "正在用未训练的各对回答留出的影评……"),
    "pet.stopped": (
        "Stopped at step $step of $total, before the classifier was ready; what was measured so far stays.",
        "在第 $step / $total 步停止，分类器尚未训练完；已测得的结果保留。",
    ),
    "pet.beside.stopped": (
        "PET is trained. Fine-tuning, for comparison, was stopped at step $step of $total and is left out.",
        "PET 已训练完成。作为对照的微调停在第 $step / $total 步，未列入结果。",
    ),
    "pet.taught": (
        "trained just now · $pairs pairs, $n labelled examples, $texts unlabelled texts, seed $seed",
        "刚刚训练 · $pairs 对，$n 个标注样本，$texts 条无标注文本，种子 $seed",
    ),
    # The picture
    "pet.scores": ("Right on held-out reviews", "留出影评上的准确率"),
    "pet.curves": ("While it learns", "学习过程"),
    "pet.row.mean": ("mean of the pairs", "各对平均"),
    "pet.row.vote": ("their vote", "投票"),
    "pet.row.student": ("student classifier", "学生分类器"),
    "pet.row.finetune": ("fine-tuning", "微调"),
    "pet.figure.zero": ("zero-shot", "零样本"),
    "pet.figure.trained": ("trained, with 95% interval", "训练后（95% 区间）"),
    "pet.figure.beside": ("fine-tuning, same examples", "微调，同样的样本"),
    "pet.result.none": (
        "Each pair, their vote and the classifier appear here as they are measured.",
        "每一对、投票和分类器一测得结果，就会出现在这里。",
    ),
    "pet.result.zero": (
        "Before training the pairs are right on $mean of $n held-out reviews on average.",
        "训练之前，各对在 $n 条留出影评上平均答对 $mean。",
    ),
    "pet.result.vote": (
        "On $n held-out reviews the pairs are right on $mean on average, their vote on $vote.",
        "在 $n 条留出影评上，各对平均 $mean，投票 $vote。",
    ),
    "pet.result.student": (
        "On $n held-out reviews the pairs are right on $mean on average, their vote on $vote, the student "
        "classifier on $student.",
        "在 $n 条留出影评上，各对平均 $mean，投票 $vote，学生分类器 $student。",
    ),
    "pet.result.all": (
        "On $n held-out reviews the pairs are right on $mean on average, their vote on $vote, the student "
        "classifier on $student; fine-tuning with the same labelled examples on $finetune.",
        "在 $n 条留出影评上，各对平均 $mean，投票 $vote，学生分类器 $student；用同样标注样本的微调为 $finetune。",
    ),
}

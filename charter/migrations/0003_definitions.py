"""The vocabulary that every organisation starts with, and guards under the texts that are final."""

from django.db import migrations
from django.utils import timezone

from ledger.triggers import Guard, guard_tables

# key, name, direction, unit, meaning, formula, source
DEFINITIONS = [
    (
        "psi", "Population stability index", "lower", "",
        "How far the distribution of a score or a feature has moved from the one that the model was trained on. Both are cut into the same bins, usually ten of equal size at training time. By convention under 0.1 is stable, above 0.2 is a shift worth acting on. It says that something moved, not that the model became worse.",
        "PSI = Σᵢ (aᵢ − eᵢ) · ln(aᵢ / eᵢ)\naᵢ: share of current cases in bin i; eᵢ: share at training time; empty bins count as 0.0001",
        "Siddiqi 2006, Credit risk scorecards; symmetrised relative entropy, Kullback and Leibler 1951",
    ),
    (
        "ks", "Kolmogorov–Smirnov distance", "neither", "",
        "The largest distance between two cumulative distributions. Between the scores of positives and negatives it measures how well a model separates them, and higher is better; between a feature at training time and today it measures drift, and lower is better. Say in the threshold's name which of the two is meant.",
        "KS = maxₓ |F₁(x) − F₂(x)|",
        "Kolmogorov 1933; Smirnov 1948; Massey 1951, Journal of the American Statistical Association 46",
    ),
    (
        "auc", "Area under the ROC curve", "higher", "",
        "The probability that a random positive case scores higher than a random negative one, ties counted half. 0.5 is chance, 1 is perfect. It looks at order only: it says nothing about calibration or about any one threshold, and it flatters models where positives are rare.",
        "AUC = P(s⁺ > s⁻) + ½ · P(s⁺ = s⁻)",
        "Hanley and McNeil 1982, Radiology 143; Fawcett 2006, Pattern Recognition Letters 27",
    ),
    (
        "pr-auc", "Area under the precision–recall curve", "higher", "",
        "Average precision over all thresholds. The right companion of AUC where positives are rare: chance is the share of positives, not 0.5.",
        "AP = Σₙ (Rₙ − Rₙ₋₁) · Pₙ",
        "Davis and Goadrich 2006, ICML",
    ),
    (
        "accuracy", "Accuracy", "higher", "",
        "The share of cases that the model decides rightly. Misleading where one class is rare: always saying “no” is then accurate.",
        "(TP + TN) / (TP + TN + FP + FN)",
        "ISO/IEC TS 4213:2022, Assessment of machine learning classification performance",
    ),
    (
        "precision", "Precision", "higher", "",
        "Of the cases that the model flagged, the share that it flagged rightly. What the people who handle the alerts feel.",
        "TP / (TP + FP)",
        "ISO/IEC TS 4213:2022; van Rijsbergen 1979, Information retrieval",
    ),
    (
        "recall", "Recall", "higher", "",
        "Of the cases that it should have flagged, the share that the model flagged; also called sensitivity or true positive rate. It can only be measured once the truth has arrived: see label delay.",
        "TP / (TP + FN)",
        "ISO/IEC TS 4213:2022; van Rijsbergen 1979, Information retrieval",
    ),
    (
        "false-positive-rate", "False positive rate", "lower", "",
        "Of the cases that it should have left alone, the share that the model flagged: honest customers who were stopped.",
        "FP / (FP + TN)",
        "ISO/IEC TS 4213:2022; Fawcett 2006, Pattern Recognition Letters 27",
    ),
    (
        "f1", "F1 score", "higher", "",
        "The harmonic mean of precision and recall, at the threshold that is in production. It weighs both alike; where a miss costs more than a false alarm, watch the two on their own.",
        "F1 = 2 · precision · recall / (precision + recall)",
        "van Rijsbergen 1979, Information retrieval; ISO/IEC TS 4213:2022",
    ),
    (
        "log-loss", "Log loss", "lower", "",
        "The mean negative logarithm of the probability that the model gave to what then happened. Confident mistakes cost most.",
        "−(1/n) · Σᵢ [yᵢ · ln pᵢ + (1 − yᵢ) · ln(1 − pᵢ)]",
        "Good 1952, Rational decisions, Journal of the Royal Statistical Society B 14",
    ),
    (
        "brier-score", "Brier score", "lower", "",
        "The mean squared distance between the predicted probability and what happened (0 or 1). It judges calibration and sharpness at once.",
        "(1/n) · Σᵢ (pᵢ − yᵢ)²",
        "Brier 1950, Monthly Weather Review 78",
    ),
    (
        "calibration-error", "Expected calibration error", "lower", "",
        "How far predicted probabilities lie from what happens: of the cases given 20 %, one in five should turn out positive. Ten bins of equal width, each weighed by the cases in it.",
        "ECE = Σ_b (n_b / n) · |observed share_b − mean prediction_b|",
        "Naeini, Cooper and Hauskrecht 2015, AAAI; Guo et al. 2017, ICML",
    ),
    (
        "rmse", "Root mean squared error", "lower", "unit of the target",
        "The typical size of an error, in the unit of what is predicted; large errors weigh more than small ones.",
        "√[(1/n) · Σᵢ (ŷᵢ − yᵢ)²]",
        "Hyndman and Koehler 2006, International Journal of Forecasting 22",
    ),
    (
        "mae", "Mean absolute error", "lower", "unit of the target",
        "The mean size of an error, in the unit of what is predicted; every unit of error weighs the same.",
        "(1/n) · Σᵢ |ŷᵢ − yᵢ|",
        "Hyndman and Koehler 2006, International Journal of Forecasting 22",
    ),
    (
        "mape", "Mean absolute percentage error", "lower", "%",
        "The mean size of an error as a share of the true value. It is undefined where the true value is zero and unstable near it, and it punishes forecasts that are too high more than those that are too low.",
        "(100/n) · Σᵢ |ŷᵢ − yᵢ| / |yᵢ|",
        "Hyndman and Koehler 2006, International Journal of Forecasting 22",
    ),
    (
        "demographic-parity-gap", "Demographic parity gap", "lower", "",
        "The largest difference between groups in the share of cases that get the favourable outcome. 0 means that all groups get it equally often, whether or not they differ in what is true of them. The groups are those that the evidence of the review names.",
        "max_g P(ŷ = 1 | g) − min_g P(ŷ = 1 | g)",
        "Dwork et al. 2012, Fairness through awareness, ITCS; ISO/IEC TR 24027:2021, Bias in AI systems",
    ),
    (
        "equalised-odds-gap", "Equalised odds gap", "lower", "",
        "The largest difference between groups in true positive rate or in false positive rate, whichever is larger. 0 means that the model errs alike for all groups. It needs the truth, so it comes later than the demographic parity gap.",
        "max( max_g TPR_g − min_g TPR_g , max_g FPR_g − min_g FPR_g )",
        "Hardt, Price and Srebro 2016, Equality of opportunity in supervised learning, NeurIPS; ISO/IEC TR 24027:2021",
    ),
    (
        "disparate-impact-ratio", "Disparate impact ratio", "higher", "",
        "The rate of the favourable outcome in the group that gets it least, as a share of the rate in the group that gets it most. The four-fifths rule of US employment law asks for at least 0.8.",
        "min_g P(ŷ = 1 | g) / max_g P(ŷ = 1 | g)",
        "29 CFR § 1607.4 (D), Uniform guidelines on employee selection procedures 1978; Feldman et al. 2015, KDD",
    ),
    (
        "p95-latency-ms", "95th percentile latency", "lower", "ms",
        "The time within which 95 of 100 predictions are answered, measured where the caller waits, with the queue and the features included. Averages hide the slow ones.",
        "smallest t with P(response time ≤ t) ≥ 0.95, over all requests of the window",
        "Beyer et al. 2016, Site reliability engineering, ch. 4; Dean and Barroso 2013, The tail at scale, CACM 56",
    ),
    (
        "error-rate", "Error rate", "lower", "%",
        "The share of requests to the model that were not answered, or answered with an error or with the fallback. About the service, not about wrong predictions: for those see accuracy.",
        "100 · failed requests / all requests",
        "Beyer et al. 2016, Site reliability engineering, ch. 6: the four golden signals",
    ),
    (
        "availability", "Availability", "higher", "%",
        "The share of valid requests that the service answered as promised, over the window of its objective.",
        "100 · good requests / valid requests",
        "Beyer et al. 2018, The site reliability workbook, ch. 2",
    ),
    (
        "throughput", "Throughput", "neither", "requests per second",
        "How many predictions are asked for in a second. A sudden fall usually means that a caller is gone.",
        "requests in the window / seconds of the window",
        "Beyer et al. 2016, Site reliability engineering, ch. 6: the four golden signals",
    ),
    (
        "freshness", "Freshness of the data", "lower", "min",
        "The age of the newest complete batch of input that the model can see. Measured from the event itself, not from when the event was loaded.",
        "now − time of the newest event in the newest complete batch",
        "ISO/IEC 25012:2008, Data quality model (currentness); Breck et al. 2017, The ML test score, Monitor 4",
    ),
    (
        "null-rate", "Null rate", "lower", "%",
        "The share of values of a feature that are missing, or were filled in because they were. Of several features the worst one counts.",
        "100 · maxⱼ (missing values of feature j / rows)",
        "ISO/IEC 25012:2008, Data quality model (completeness); Polyzotis et al. 2019, Data validation for machine learning, MLSys",
    ),
    (
        "label-delay", "Label delay", "lower", "days",
        "How long it takes until the truth about a prediction is known, for 90 of 100 cases. Metrics that need the truth are blind for that long.",
        "smallest d with P(truth known within d days of the prediction) ≥ 0.9",
        "Gama et al. 2014, A survey on concept drift adaptation, ACM Computing Surveys 46",
    ),
    (
        "training-serving-skew", "Training–serving skew", "lower", "%",
        "The share of features whose value at prediction time differs from the one that the training pipeline computes for the same event.",
        "100 · differing feature values / compared feature values",
        "Zinkevich 2017, Rules of machine learning, rules 29 to 37; Breck et al. 2017, The ML test score, Monitor 3",
    ),
    (
        "cost-per-1000-predictions", "Cost per 1,000 predictions", "lower", "EUR",
        "What a thousand answered predictions cost: serving, feature computation, and the share of retraining that falls into the window. Without people.",
        "1000 · (serving + features + retraining in the window) / answered predictions",
        "FinOps Foundation, FinOps framework: unit economics",
    ),
    (
        "alert-precision", "Alert precision", "higher", "%",
        "Of the alerts that called somebody, the share that needed a person. Below about half, people learn to ignore them.",
        "100 · alerts that were acted on / alerts sent",
        "Beyer et al. 2018, The site reliability workbook, ch. 5: alerting on objectives",
    ),
    (
        "drift", "Drift", "neither", "",
        "A lasting change in what the model sees (data drift) or in how that relates to the truth (concept drift). A metric such as PSI or KS points at the first; only the truth shows the second.",
        "P_today(x) ≠ P_training(x): data drift\nP_today(y | x) ≠ P_training(y | x): concept drift",
        "Gama et al. 2014, A survey on concept drift adaptation, ACM Computing Surveys 46; ISO/IEC 22989:2022",
    ),
]  # fmt: skip

MESSAGE = "an earlier text is kept as it was"


def add_definitions(apps, editor):
    """Add what is not defined yet; what somebody has changed stays as it is."""
    Definition = apps.get_model("charter", "Definition")
    DefinitionVersion = apps.get_model("charter", "DefinitionVersion")
    now = timezone.now()
    for key, name, direction, unit, meaning, formula, source in DEFINITIONS:
        texts = {
            "name": name,
            "direction": direction,
            "unit": unit,
            "meaning": meaning,
            "formula": formula,
            "source": source,
        }
        definition, is_new = Definition.objects.get_or_create(key=key, defaults=texts)
        if is_new:
            DefinitionVersion.objects.create(definition=definition, number=1, written_at=now, **texts)


class Migration(migrations.Migration):
    dependencies = [("charter", "0002_frozen_versions")]

    operations = [
        migrations.RunPython(add_definitions, migrations.RunPython.noop),
        guard_tables(
            [
                Guard("charter_definitionversion_final", "charter_definitionversion", ["UPDATE", "DELETE"], "", MESSAGE),
                Guard("charter_decisionrevision_final", "charter_decisionrevision", ["UPDATE", "DELETE"], "", MESSAGE),
            ]
        ),
    ]

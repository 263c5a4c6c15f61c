"""The role catalogue that every organisation starts with (DESIGN.md §2), in the order of a matrix."""

from django.db import migrations

# key, name, discipline, description, skills, tools
ROLES = [
    (
        "business-stakeholder",
        "Business stakeholder",
        "business",
        "Owns the problem that the model is to solve, and the money it earns or costs. Says what a good outcome is worth, which mistakes are tolerable, and what happens when the model is switched off.",
        ["Business case", "Risk appetite", "Domain knowledge", "Target setting", "Change management"],
        ["Dashboards", "Looker", "Power BI", "OKRs"],
    ),
    (
        "product-owner",
        "Product owner",
        "product",
        "Decides what is built next and why. Turns the problem into acceptance criteria that a model can be measured against, weighs accuracy against experience and cost, and speaks for the people whom the model judges.",
        [
            "Discovery",
            "Prioritisation",
            "Acceptance criteria",
            "Experiment design",
            "Metric definition",
            "Stakeholder management",
        ],
        ["Jira", "Amplitude", "Figma", "Feature flags"],
    ),
    (
        "solution-architect",
        "Solution architect",
        "engineering",
        "Designs how the model fits into the systems around it: interfaces, data flows, fallbacks, limits of latency and cost. Keeps the decisions that are expensive to reverse few, and written down.",
        ["System design", "Interface contracts", "Capacity and cost", "Threat modelling", "Decision records"],
        ["C4 model", "OpenAPI", "AWS, Azure or Google Cloud", "Terraform"],
    ),
    (
        "data-analyst",
        "Data analyst",
        "data",
        "Finds out what is going on before and after a model exists: sizes the problem, describes the population, and shows whether a release did what was promised, also for the groups that an average hides.",
        ["SQL", "Statistics", "Cohort analysis", "Visualisation", "A/B test analysis"],
        ["SQL", "dbt", "Tableau", "Looker", "pandas"],
    ),
    (
        "data-engineer",
        "Data engineer",
        "data",
        "Brings data to the model, complete, on time and documented, and keeps training and serving on the same definitions. Answers for lineage, quality checks and retention, and repairs what breaks upstream.",
        [
            "Data modelling",
            "Batch and streaming pipelines",
            "Data contracts",
            "Data quality",
            "Lineage",
            "Privacy by design",
        ],
        ["Spark", "Kafka", "Airflow", "dbt", "Great Expectations", "Delta Lake", "Feast"],
    ),
    (
        "data-scientist",
        "Data scientist",
        "science",
        "Frames the problem as a prediction, builds features and models, and shows that they hold on people and months they have not seen. Writes the model card, and says what the model must not be used for.",
        [
            "Statistical modelling",
            "Feature engineering",
            "Evaluation design",
            "Fairness analysis",
            "Causal inference",
            "Explainability",
        ],
        ["Python", "scikit-learn", "XGBoost", "PyTorch", "SHAP", "Fairlearn", "Jupyter"],
    ),
    (
        "research-scientist",
        "Research scientist",
        "science",
        "Looks for methods that do not exist here yet, from literature and from experiments of their own. Hands over what works as something that can be reproduced, with an honest account of what did not.",
        ["Experimental method", "Literature review", "Deep learning", "Representation learning", "Scientific writing"],
        ["PyTorch", "JAX", "Hugging Face", "Weights & Biases", "Slurm"],
    ),
    (
        "ml-engineer",
        "ML engineer",
        "engineering",
        "Turns an experiment into a service that stays correct: training code that runs again, serving within its latency, tests of data and model, thresholds that raise an alarm. Is usually the first to be called.",
        [
            "Software engineering",
            "Model training at scale",
            "Model serving",
            "Testing of ML systems",
            "Drift detection",
            "Performance tuning",
        ],
        ["Python", "PyTorch", "TensorFlow", "MLflow", "Ray", "ONNX", "Triton", "FastAPI"],
    ),
    (
        "mlops-engineer",
        "MLOps engineer",
        "operations",
        "Builds the road from commit to production and back: continuous integration and delivery for models, the registry, reproducible training, monitoring of data and predictions, and a rollback that was rehearsed.",
        [
            "CI/CD for models",
            "Model registries",
            "Pipeline orchestration",
            "Model monitoring",
            "Infrastructure as code",
            "Reproducibility",
        ],
        ["Kubernetes", "MLflow", "Kubeflow", "Airflow", "Argo CD", "Prometheus", "Grafana", "Evidently"],
    ),
    (
        "software-engineer",
        "Software engineer",
        "engineering",
        "Builds the product that asks the model and acts on its answer. Handles the answer that comes late, wrong or not at all, logs what later evaluation needs, and releases behind a flag.",
        ["Application design", "API design", "Automated testing", "Code review", "Graceful degradation"],
        ["Git", "TypeScript", "Java or Go", "PostgreSQL", "LaunchDarkly", "OpenTelemetry"],
    ),
    (
        "devops-engineer",
        "DevOps engineer",
        "operations",
        "Gives teams environments, builds and deployments that they can run themselves: pipelines, secrets, images and access, written as code and the same from test to production.",
        ["Infrastructure as code", "CI/CD", "Containers", "Secrets and access", "Cost control"],
        ["Terraform", "Docker", "Kubernetes", "Helm", "GitHub Actions or GitLab CI", "Vault"],
    ),
    (
        "site-reliability-engineer",
        "Site reliability engineer",
        "operations",
        "Keeps services within what was promised: service level objectives with error budgets, alerts that mean something, on-call that people can live with, capacity, and reviews of incidents without blame.",
        [
            "SLOs and error budgets",
            "On-call and incident command",
            "Observability",
            "Capacity planning",
            "Chaos engineering",
            "Blameless postmortems",
        ],
        ["Prometheus", "Grafana", "OpenTelemetry", "PagerDuty", "Kubernetes", "Runbooks"],
    ),
    (
        "compliance-lead",
        "Compliance lead",
        "governance",
        "Makes sure that a model may do what it does: classifies its risk, asks for the evidence that law and policy require, challenges it independently, and keeps the record that an auditor will read.",
        [
            "EU AI Act",
            "NIST AI RMF",
            "ISO/IEC 42001",
            "Model risk management (SR 11-7)",
            "GDPR and impact assessments",
            "Fairness and bias audits",
        ],
        ["Model cards", "Datasheets", "Model inventory", "DPIA templates", "Audit trails"],
    ),
]


def add_roles(apps, schema_editor):
    """Add what is missing; a role that somebody entered before under the same key stays as it is."""
    Role = apps.get_model("teams", "Role")
    for number, (key, name, discipline, description, skills, tools) in enumerate(ROLES, start=1):
        Role.objects.get_or_create(
            key=key,
            defaults={
                "name": name,
                "discipline": discipline,
                "description": description,
                "skills": skills,
                "tools": tools,
                "position": number * 10,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("teams", "0001_initial")]

    # Backwards the roles stay: seats and charters may rest on them by then.
    operations = [migrations.RunPython(add_roles, migrations.RunPython.noop)]

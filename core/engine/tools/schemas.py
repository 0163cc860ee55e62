"""How the tools that run commands are described to the model."""

from collections.abc import Mapping, Sequence

Field = Mapping[str, object]

WORKDIR: Field = {
    "type": "string",
    "description": "Directory to run in; relative to the current one, which is the default.",
}
PERMISSIONS: Mapping[str, Field] = {
    "sandbox_permissions": {
        "type": "string",
        "enum": ["use_default", "require_escalated"],
        "description": "`require_escalated` asks to run without the sandbox; `use_default` is the default.",
    },
    "justification": {
        "type": "string",
        "description": "With `require_escalated`: one sentence that tells the user why it is needed.",
    },
}
TIMEOUT: Field = {
    "type": "integer",
    "minimum": 1,
    "description": "Milliseconds after which the command is stopped.",
}
LOGIN: Field = {"type": "boolean", "description": "Whether it is a login shell; true by default."}
YIELD: Field = {
    "type": "integer",
    "minimum": 0,
    "description": "Milliseconds to wait for output before answering.",
}
TOKENS: Field = {
    "type": "integer",
    "minimum": 1,
    "description": "Tokens of output to answer with at most; the middle of longer output is left out.",
}


def function(
    name: str, description: str, fields: Mapping[str, Field], required: Sequence[str]
) -> Mapping[str, object]:
    """Return the entry of a function tool in a model request."""
    return {
        "type": "function",
        "name": name,
        "description": description,
        "strict": False,
        "parameters": {
            "type": "object",
            "properties": dict(fields),
            "required": list(required),
            "additionalProperties": False,
        },
    }

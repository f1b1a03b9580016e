"""An Excel file that is handed in, and the decision on what was read from it."""

from django import forms
from django.utils.translation import gettext_lazy

from evaluation import uploads
from evaluation.actions.imports import REPLACE, SKIP


class ImportForm(forms.Form):
    """An Excel file for a list."""

    file = forms.FileField(
        label=gettext_lazy("Excel文件"),
        widget=forms.FileInput(
            {"accept": uploads.DOCUMENTS[uploads.XLSX][0], "id": "upload-sheet"}
        ),
        error_messages={
            "required": gettext_lazy("请先选择Excel文件（.xlsx）。"),
            "empty": gettext_lazy("文件是空文件，请检查后重新上传。"),
        },
    )


class TakeForm(forms.Form):
    """What becomes of rows that the list, or the file itself, has already."""

    duplicates = forms.ChoiceField(
        label=gettext_lazy("重复的行"),
        choices=[
            (SKIP, gettext_lazy("跳过：保留先有的，不导入重复的行")),
            (REPLACE, gettext_lazy("替换：以文件中最后一行为准")),
        ],
        initial=SKIP,
        widget=forms.RadioSelect,
    )

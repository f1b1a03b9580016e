from django.urls import path

from evaluation.views import (
    applicant,
    applicant_autosave,
    applicant_form,
    applicant_materials,
    applicant_reading,
    applicant_submission,
    conformance,
    correction,
    differences,
    enterprises,
    objections,
    uploading,
)

urlpatterns = [
    path("sandbox/runs/<uuid:pk>/file/", conformance.file_record, name="file_conformance"),
    path("cases/new/", applicant.new, name="new"),
    path("cases/<str:number>/scope/", applicant.scope, name="scope"),
    path("cases/<str:number>/form/", applicant_form.form, name="form"),
    path("cases/<str:number>/form/<slug:key>/", applicant_form.form_table, name="form_table"),
    path(
        "cases/<str:number>/form/<slug:key>/autosave/",
        applicant_autosave.form_autosave,
        name="form_autosave",
    ),
    path("cases/<str:number>/enterprises/", enterprises.enterprise_list, name="enterprises"),
    path(
        "cases/<str:number>/enterprises/template.xlsx",
        enterprises.enterprise_template,
        name="enterprise_template",
    ),
    path(
        "cases/<str:number>/enterprises/list.xlsx",
        enterprises.enterprise_export,
        name="enterprise_export",
    ),
    path(
        "cases/<str:number>/enterprises/import/",
        enterprises.enterprise_import,
        name="enterprise_import",
    ),
    path(
        "cases/<str:number>/enterprises/import/<uuid:import_id>/",
        enterprises.enterprise_import_one,
        name="enterprise_import_one",
    ),
    path(
        "cases/<str:number>/enterprises/import/<uuid:import_id>/state/",
        enterprises.enterprise_import_state,
        name="enterprise_import_state",
    ),
    path(
        "cases/<str:number>/enterprises/import/<uuid:import_id>/faulty.xlsx",
        enterprises.enterprise_faulty,
        name="enterprise_faulty",
    ),
    path(
        "cases/<str:number>/versions/<int:version>/enterprises.xlsx",
        enterprises.declared_enterprises,
        name="declared_enterprises",
    ),
    path("cases/<str:number>/materials/", applicant_materials.materials, name="materials"),
    path(
        "cases/<str:number>/materials/<int:slot>/",
        applicant_materials.material_add,
        name="material_add",
    ),
    path(
        "cases/<str:number>/materials/<uuid:file_id>/remove/",
        applicant_materials.material_remove,
        name="material_remove",
    ),
    path(
        "cases/<str:number>/materials/<uuid:file_id>/restore/",
        applicant_materials.material_restore,
        name="material_restore",
    ),
    path(
        "cases/<str:number>/materials/<uuid:file_id>/period/",
        applicant_materials.material_period,
        name="material_period",
    ),
    path(
        "cases/<str:number>/materials/<int:slot>/uploads/",
        uploading.upload_begin,
        name="upload_begin",
    ),
    path(
        "cases/<str:number>/uploads/<uuid:upload_id>/<int:piece>/",
        uploading.upload_piece,
        name="upload_piece",
    ),
    path(
        "cases/<str:number>/uploads/<uuid:upload_id>/finish/",
        uploading.upload_finish,
        name="upload_finish",
    ),
    path(
        "cases/<str:number>/uploads/<uuid:upload_id>/give-up/",
        uploading.upload_give_up,
        name="upload_give_up",
    ),
    path("cases/<str:number>/completeness/", applicant_materials.completeness, name="completeness"),
    path("cases/<str:number>/objection/", objections.own_objection, name="own_objection"),
    path("cases/<str:number>/correction/", correction.correction, name="correction"),
    path("cases/<str:number>/stamp/", applicant_submission.stamp_form, name="stamp_form"),
    path("cases/<str:number>/stamp/print/", applicant_submission.print_form, name="print_form"),
    path(
        "cases/<str:number>/stamp/<uuid:file_id>/",
        applicant_submission.state_version,
        name="state_version",
    ),
    path(
        "cases/<str:number>/versions/<int:version>/submitted/",
        applicant_submission.submitted,
        name="submitted",
    ),
    path("cases/<str:number>/preview/", applicant_reading.preview, name="preview"),
    path(
        "cases/<str:number>/versions/<int:version>/",
        applicant_reading.declaration,
        name="declaration",
    ),
    path(
        "cases/<str:number>/versions/<int:version>/changes/",
        differences.changes,
        name="changes",
    ),
]

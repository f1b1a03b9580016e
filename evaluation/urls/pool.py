from django.urls import path

from evaluation.views import draws, pool, pool_import

urlpatterns = [
    path("pool/", pool.pool, name="pool"),
    path("pool/new/", pool.add, name="pool_add"),
    path("pool/invite/", pool.invite_all, name="pool_invite_all"),
    path("pool/<int:pk>/", pool.record, name="pool_record"),
    path("pool/<int:pk>/invite/", pool.invite, name="pool_invite"),
    path("pool/<int:pk>/retire/", pool.retire, name="pool_retire"),
    path("pool/<int:pk>/restore/", pool.restore, name="pool_restore"),
    path("pool/template.xlsx", pool_import.template, name="pool_template"),
    path("pool/experts.xlsx", pool_import.export, name="pool_export"),
    path("pool/import/", pool_import.start, name="pool_import"),
    path("pool/import/<uuid:import_id>/", pool_import.one, name="pool_import_one"),
    path("pool/import/<uuid:import_id>/state/", pool_import.state, name="pool_import_state"),
    path("pool/import/<uuid:import_id>/faulty.xlsx", pool_import.faulty, name="pool_faulty"),
    path("draws/", draws.draw_records, name="draw_records"),
    path("draws/<uuid:draw_id>/", draws.draw_record, name="draw_record"),
    path("draws/<uuid:draw_id>/record.pdf", draws.draw_document, name="draw_document"),
]

"""Addresses of this room."""

from django.urls import path

from .views import duties, lists, notices, tasks

urlpatterns = [
    path("tasks/table/", lists.table, name="tasks-table"),
    path("tasks/table/<int:pk>/<str:paper>.xlsx", lists.table_xlsx, name="tasks-table-xlsx"),
    path("tasks/year/", lists.year_list, name="tasks-year"),
    path("tasks/year/fill/", lists.year_fill, name="tasks-year-fill"),
    path("tasks/timeline/", lists.time_line, name="tasks-timeline"),
    path("tasks/<int:pk>/", tasks.task_page, name="task-page"),
    path("tasks/<int:pk>/report/", tasks.task_report, name="task-report"),
    path("tasks/<int:pk>/hand-out/", tasks.task_hand_out, name="task-hand-out"),
    path("tasks/<int:pk>/decide/", tasks.task_decide, name="task-decide"),
    path("tasks/<int:pk>/return/", tasks.task_return, name="task-return"),
    path("tasks/<int:pk>/cancel/", tasks.task_cancel, name="task-cancel"),
    path("duties/calendar/", duties.month, name="duties-month"),
    path("duties/year/", duties.year, name="duties-year"),
    path("duties/<int:pk>/", duties.duty_page, name="duty-page"),
    path("duties/occurrences/<int:pk>/", duties.occurrence_prove, name="occurrence-prove"),
    path("duties/occurrences/<int:pk>/waive/", duties.occurrence_waive, name="occurrence-waive"),
    path("duties/evidence/<int:pk>/withdraw/", duties.evidence_withdraw, name="evidence-withdraw"),
    path("supervision/", notices.overdue, name="overdue"),
    path("supervision/new/", notices.notice_new, name="notice-new"),
    path("supervision/<int:pk>/", notices.notice_page, name="notice-page"),
    path("supervision/<int:pk>/<str:verb>/", notices.notice_step, name="notice-step"),
]

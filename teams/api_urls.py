from rest_framework.routers import SimpleRouter

from teams import api

router = SimpleRouter()
router.register("teams", api.TeamViewSet, basename="team")
router.register("people", api.PersonViewSet, basename="person")
router.register("roles", api.RoleViewSet, basename="role")
router.register("models", api.MLModelViewSet, basename="model")

urlpatterns = router.urls

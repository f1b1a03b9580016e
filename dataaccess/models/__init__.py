from dataaccess.models.base import Base

__all__ = ["Base"]

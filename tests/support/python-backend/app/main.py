# SPDX-License-Identifier: MIT
from fastapi import FastAPI

from app.ablo_source import router

app = FastAPI()
app.include_router(router)

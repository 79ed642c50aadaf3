# The app as an image: no compiler, no Node, no package manager of ours, nobody's root.
#
#   docker build -t smartapp .                        the app
#   docker build -t smartapp-sandbox --target sandbox .   the sandbox EHR, to try it with
#
# It runs with a read-only root; /var/lib/smartapp is the only folder it writes to. It needs the
# environment that README.md lists, and a launch-config.json in /etc/smartapp.

FROM python:3.13-slim AS build
WORKDIR /srv/smartapp
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1
COPY requirements requirements
COPY scripts scripts
RUN scripts/install.sh build
RUN scripts/install.sh app /opt/smartapp
COPY package.json package-lock.json .npmrc ./
RUN .venv/bin/python scripts/install_kit.py
COPY assets assets
RUN .venv/bin/python scripts/build_assets.py

FROM python:3.13-slim AS app
WORKDIR /srv/smartapp
COPY --from=build /opt/smartapp /opt/smartapp
COPY scripts/make_state_folder.sh scripts/healthcheck.py scripts/
RUN scripts/make_state_folder.sh /var/lib/smartapp 10001:10001
COPY gunicorn.conf.py ./
COPY smartapp smartapp
COPY templates templates
COPY static static
COPY --from=build /srv/smartapp/static/build static/build
COPY policy policy
ENV PATH=/opt/smartapp/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    SMARTAPP_CONFIG=/etc/smartapp/launch-config.json \
    SMARTAPP_PRIVATE_KEYS=/var/lib/smartapp/keys \
    SMARTAPP_AUDIT=/var/lib/smartapp/audit
USER 10001:10001
VOLUME /var/lib/smartapp
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["python", "scripts/healthcheck.py"]
CMD ["gunicorn", "-c", "gunicorn.conf.py", "smartapp.wsgi:app"]

FROM app AS sandbox
COPY sandbox sandbox
EXPOSE 8001
HEALTHCHECK NONE
CMD ["python", "-m", "sandbox", "--host", "0.0.0.0"]

FROM app

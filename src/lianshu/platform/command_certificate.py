"""`lianshu certificate`: the built-in certificate made, told and given out."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

INSTALL = """把根证书 ca.crt 装进每台办公电脑一次（先核对 SHA-256 指纹），浏览器就不再提示“不安全”：
  Windows     双击 ca.crt → 安装证书 → 本地计算机 → 将所有的证书都放入下列存储 → 受信任的根证书颁发机构
  统信、麒麟  复制到 /usr/local/share/ca-certificates/lianshu.crt 后运行 update-ca-certificates；
              浏览器：设置 → 隐私和安全 → 管理证书 → 授权机构 → 导入，勾选“信任此证书来标识网站”
  火狐        设置 → 隐私与安全 → 查看证书 → 证书颁发机构 → 导入，勾选“信任由此证书颁发机构来标识网站”
有域控的单位由组策略统一下发到“受信任的根证书颁发机构”。"""


def register(subparsers: Any) -> None:
    """Add the sub-command to the parser."""
    parser = subparsers.add_parser("certificate", help="自带的 HTTPS 证书：生成、查看、导出根证书")
    parser.add_argument(
        "--export", type=Path, metavar="文件", help="把根证书（不含密钥）另存一份，供各电脑安装"
    )
    parser.add_argument(
        "--new-ca", action="store_true", help="另做根证书（主机名变了或密钥可能泄露时；各电脑须重新安装）"
    )
    parser.set_defaults(func=_certificate)


def _certificate(args: argparse.Namespace) -> int:
    from . import tls

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.platform.settings")
    from django.conf import settings

    try:
        files = tls.ensure(settings.HOME, settings.ALLOWED_HOSTS, new_ca=args.new_ca)
        if args.export:
            args.export.write_bytes(files.ca.read_bytes())
    except tls.CertificateError as error:
        print(str(error), file=sys.stderr)
        return 2
    except OSError as error:
        print(f"写不进 {error.filename}：{error.strerror}。请核对路径、权限和磁盘空间。", file=sys.stderr)
        return 2
    print(f"根证书：{args.export or files.ca}（{tls.ends(files.ca):%Y-%m-%d} 到期）")
    print(f"SHA-256 指纹：{tls.fingerprint(files.ca)}")
    print(f"服务器证书：{tls.ends(files.certificate):%Y-%m-%d} 到期，快到期时自动更换，根证书不变")
    print(f"可用的主机名和地址：{'、'.join(tls.names_of(files.certificate))}")
    print(INSTALL)
    tell_left_out(files.left_out)
    return 1 if files.left_out else 0


def tell_left_out(names: tuple[str, ...]) -> None:
    """Say on the error channel which served names the certificate does not speak for."""
    if names:
        print(
            f"这些主机名不在根证书允许的范围内，用它们访问时浏览器会报错：{'、'.join(names)}。"
            "需要时运行 lianshu certificate --new-ca 另做根证书（各电脑须重新安装）；"
            "以点开头的通配写法请改写成具体的主机名。",
            file=sys.stderr,
        )

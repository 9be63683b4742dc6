"""The project's own checks: each module takes files or trees and yields findings, a line each."""

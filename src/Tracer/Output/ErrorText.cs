// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Output;

/// <summary>Results of receive and accept calls in words.</summary>
internal static class ErrorText
{
    /// <summary>"got 12 bytes", "got the end of the stream", "found nothing (EAGAIN)".</summary>
    public static string ReadResult(int result) => result switch
    {
        0 => "got the end of the stream",
        < 0 => Failure(-result),
        _ => $"got {result} bytes",
    };

    public static string AcceptResult(int result) => result < 0 ? Failure(-result) : "accepted one";

    // include/uapi/asm-generic/errno*.h
    private static string Failure(int error) => error switch
    {
        4 => "was interrupted (EINTR)",
        11 => "found nothing (EAGAIN)",
        23 or 24 => $"found no free descriptor ({(error == 24 ? "EMFILE" : "ENFILE")})",
        104 => "was told of a reset (ECONNRESET)",
        110 => "was told of a timeout (ETIMEDOUT)",
        _ => $"got error {error}",
    };
}

// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api;

/// <summary>Why the API cannot be served; the message is one line for the person who started the daemon.</summary>
public sealed class TracerHostException : Exception
{
    public TracerHostException(string message)
        : base(message)
    {
    }

    public TracerHostException(string message, Exception cause)
        : base(message, cause)
    {
    }
}

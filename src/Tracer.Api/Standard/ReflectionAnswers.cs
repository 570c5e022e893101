// SPDX-License-Identifier: Apache-2.0
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace Tracer.Api.Standard;

/// <summary>Answers reflection requests. A request it cannot serve gets an error as its answer; the stream goes on.</summary>
internal sealed class ReflectionAnswers(ServiceCatalog catalog)
{
    public ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        ServerReflectionResponse response = AnswerTo(request);
        response.ValidHost = request.Host;
        response.OriginalRequest = request;
        return response;
    }

    private ServerReflectionResponse AnswerTo(ServerReflectionRequest request) => request.MessageRequestCase switch
    {
        ServerReflectionRequest.MessageRequestOneofCase.ListServices => Services(),
        ServerReflectionRequest.MessageRequestOneofCase.FileByFilename =>
            Files(catalog.FindFile(request.FileByFilename), "no such file"),
        ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol =>
            Files(catalog.FindFileOfSymbol(request.FileContainingSymbol), "no such symbol"),
        // Nothing here declares extensions, so every extension is unknown and every message has none.
        ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension =>
            Error(StatusCode.NotFound, "no such extension"),
        ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType =>
            ExtensionNumbers(request.AllExtensionNumbersOfType),
        _ => Error(StatusCode.InvalidArgument, "no request is set that this server knows"),
    };

    private ServerReflectionResponse Services()
    {
        var list = new ListServiceResponse();
        list.Service.Add(catalog.Services.Select(name => new ServiceResponse { Name = name }));
        return new ServerReflectionResponse { ListServicesResponse = list };
    }

    private static ServerReflectionResponse Files(FileDescriptor? file, string errorMessage)
    {
        if (file is null)
            return Error(StatusCode.NotFound, errorMessage);
        var files = new FileDescriptorResponse();
        files.FileDescriptorProto.Add(ServiceCatalog.WithDependencies(file).Select(found => found.SerializedData));
        return new ServerReflectionResponse { FileDescriptorResponse = files };
    }

    private ServerReflectionResponse ExtensionNumbers(string type) => catalog.HasMessage(type)
        ? new ServerReflectionResponse { AllExtensionNumbersResponse = new ExtensionNumberResponse { BaseTypeName = type } }
        : Error(StatusCode.NotFound, "no such message");

    private static ServerReflectionResponse Error(StatusCode code, string message) =>
        new() { ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message } };
}
